// What is told of calls to other parts of the installation: how long each took and how it ended.

/** What was called: the session store, the provider, the directory; or a refresh of somebody else's was waited for. */
export type CallKind = 'store' | 'provider' | 'directory' | 'lock_wait';

/**
 * How it ended. `refused`: an answer that says no (4xx). `failed`: an answer that cannot be used, or none where nothing
 * more is known. `timeout`, `unreachable`, `tls_failed`: no answer.
 */
export type CallOutcome = 'ok' | 'refused' | 'failed' | 'timeout' | 'unreachable' | 'tls_failed';

/**
 * Receives the time of each call. Called on the way of requests, some of them thousands of times a second: it has to be
 * quick. What it throws is swallowed.
 * @param operation - one of a fixed set of names, such as `record_read` or `token`; never anything that came from outside
 */
export type CallListener = (kind: CallKind, operation: string, outcome: CallOutcome, seconds: number) => void;
