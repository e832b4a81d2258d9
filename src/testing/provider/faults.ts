// Faults of the provider, put in on purpose: a status, a delay, a cut connection, so many times.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointName } from './types.ts';

/** What goes wrong. With `delayMs` alone the answer is right, and late. */
export interface Fault {
  /** Answers with this status and an OAuth error. Default: 400 where `error` is given. */
  readonly status?: number;
  /** The OAuth error code. Default: `server_error` from 500 on, else `invalid_request`. */
  readonly error?: string;
  /** Milliseconds before anything is answered. */
  readonly delayMs?: number;
  /** Cuts the connection without an answer. */
  readonly drop?: boolean;
  /** How many calls it meets. Default: every one until it is lifted. */
  readonly times?: number;
}

/** An endpoint that can fail. */
export type FailingEndpoint = Exclude<EndpointName, 'other'>;

/** The faults that wait for a call, the oldest first. */
export interface Faults {
  /** Lifts it again when called. */
  add(endpoint: FailingEndpoint, fault: Fault): () => void;
  /** The fault that meets a call now; used up by it. */
  take(endpoint: EndpointName): Fault | null;
  /** Of one endpoint, or all. */
  lift(endpoint?: FailingEndpoint): void;
}

interface Waiting {
  readonly endpoint: EndpointName;
  readonly fault: Fault;
  left: number;
}

export const createFaults = (): Faults => {
  let waiting: readonly Waiting[] = [];
  const without = (gone: (one: Waiting) => boolean): void => {
    waiting = waiting.filter((one) => !gone(one));
  };
  return {
    add(endpoint, fault) {
      const one = { endpoint, fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      waiting = [...waiting, one];
      return () => without((other) => other === one);
    },
    take(endpoint) {
      const one = waiting.find((other) => other.endpoint === endpoint && other.left > 0);
      if (one === undefined) return null;
      one.left -= 1;
      return one.fault;
    },
    lift: (endpoint) => without((one) => endpoint === undefined || one.endpoint === endpoint),
  };
};

/** Waits, but no longer than the client does; false when it has gone. */
const pause = (ms: number, response: ServerResponse): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });

/** Does what the fault says; true when that was the answer. */
export const suffer = async (
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> => {
  if (fault.delayMs !== undefined && !(await pause(fault.delayMs, response))) return true;
  if (fault.drop === true) {
    request.socket.destroy();
    return true;
  }
  const status = fault.status ?? (fault.error === undefined ? undefined : 400);
  if (status === undefined) return false;
  const error = fault.error ?? (status >= 500 ? 'server_error' : 'invalid_request');
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ error, error_description: 'a fault that the test put in' }));
  return true;
};
