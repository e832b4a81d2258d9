// Events become counters: which event counts where, and under which labels.
import { Counter, Histogram, type Registry } from 'prom-client';
import { accountEvents, codeLabel, endReasons, failures, limits, oneOf } from './known-words.ts';

/** Anything with a type; events of later versions are counted as `other` or not at all. */
export interface CountedEvent {
  readonly type: string;
}

type Facts = Readonly<Record<string, unknown>>;

/** Makes the counters and the listener that feeds them. */
export function countEvents(register: Registry): (event: CountedEvent) => void {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `latchkey_${name}_total`, help, labelNames, registers: [register] });
  const started = counter('logins_started', 'Browsers sent to the provider', 'kind');
  const logins = counter('logins', 'Logins that ended, by outcome and error code', 'outcome', 'reason');
  const silent = counter('silent_logins', 'Silent sign-ins that did not end in a session', 'outcome');
  const healed = counter('logins_healed', 'Callbacks that came late or twice and were healed', 'how');
  const ended = counter('sessions_ended', 'Sessions ended here; expiry is not seen', 'reason');
  const logouts = counter('logouts', 'Sign-outs, by whether the provider was told', 'at_provider');
  const backChannel = counter('back_channel_refused', 'Logout messages that were refused', 'reason');
  const refreshes = counter('refreshes', 'Refreshes of access tokens', 'outcome', 'reason');
  const claims = counter('claims_fetched', 'Userinfo taken anew', 'source');
  const refusals = counter('refusals', 'Requests that a guard refused, by error code', 'reason');
  const limited = counter('rate_limited', 'Requests refused because they came too often', 'limit');
  const failed = counter('failures', 'What did not work here or at a dependency', 'what', 'reason');
  const accounts = counter('account_events', 'What happened to accounts and API keys', 'what');
  const loginSeconds = new Histogram({
    name: 'latchkey_login_seconds',
    help: 'From the redirect out to the session, with what the person needed at the provider',
    buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900],
    registers: [register],
  });
  // There from the first scrape on, so that the first failure is a rise and not a beginning.
  logins.inc({ outcome: 'succeeded', reason: 'none' }, 0);
  refreshes.inc({ outcome: 'succeeded', reason: 'none' }, 0);

  const byType: Readonly<Record<string, (facts: Facts) => void>> = {
    login_started: ({ stepUp }) => started.inc({ kind: stepUp === true ? 'step_up' : 'login' }),
    silent_login_started: () => started.inc({ kind: 'silent' }),
    login_succeeded({ seconds }) {
      logins.inc({ outcome: 'succeeded', reason: 'none' });
      if (typeof seconds === 'number' && seconds >= 0) loginSeconds.observe(seconds);
    },
    login_failed: ({ code }) => logins.inc({ outcome: 'failed', reason: codeLabel(code) }),
    silent_login_declined: () => silent.inc({ outcome: 'declined' }),
    silent_login_failed: () => silent.inc({ outcome: 'failed' }),
    login_healed: ({ how }) => healed.inc({ how: oneOf(ways, how) }),
    session_ended: ({ reason }) => ended.inc({ reason: oneOf(endReasons, reason) }),
    logout: ({ atProvider }) => logouts.inc({ at_provider: atProvider === true ? 'yes' : 'no' }),
    back_channel_refused: ({ code }) => backChannel.inc({ reason: codeLabel(code) }),
    tokens_refreshed: () => refreshes.inc({ outcome: 'succeeded', reason: 'none' }),
    refresh_failed: ({ code }) => refreshes.inc({ outcome: 'failed', reason: codeLabel(code) }),
    claims_fetched: ({ from }) => claims.inc({ source: oneOf(sources, from) }),
    access_refused: ({ code }) => refusals.inc({ reason: codeLabel(code) }),
    api_access_refused: ({ code }) => refusals.inc({ reason: codeLabel(code) }),
    // One event stands for all that were refused since the one before.
    rate_limited: ({ limit, refused }) =>
      limited.inc({ limit: oneOf(limits, limit) }, typeof refused === 'number' && refused > 0 ? refused : 1),
  };
  return (event) => {
    const { type, code } = event as CountedEvent & Facts;
    if (Object.hasOwn(byType, type)) byType[type]?.(event as unknown as Facts);
    else if (accountEvents.has(type)) accounts.inc({ what: type });
    else if (failures.has(type))
      failed.inc({ what: type, reason: code === undefined ? 'none' : codeLabel(code) });
  };
}

const ways: ReadonlySet<string> = new Set(['continued', 'restarted']);
const sources: ReadonlySet<string> = new Set(['provider', 'cache']);
