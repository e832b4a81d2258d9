// The session stores with every command timed: one name for each thing that is asked of them.
import type { CallListener } from '../config/call-listener.ts';
import type { SessionStores } from '../config/session-stores.ts';
import { timedPort } from '../tracing/timed-call.ts';

/** The same stores; the listener hears of `record_read`, `lock_take` and so on. */
export function timedStores(stores: SessionStores, listener: CallListener | undefined): SessionStores {
  const { records, vault, once, locks, index, rates } = stores;
  const written = ['read', 'insert', 'update', 'renew', 'touch', 'remove'] as const;
  return {
    kind: stores.kind,
    records: timedPort(records, 'store', 'record_', written, listener),
    vault: timedPort(vault, 'store', 'vault_', ['read', 'write', 'remove'], listener),
    once: timedPort(once, 'store', 'once_', ['claim', 'finish', 'isFinished'], listener),
    locks: timedPort(locks, 'store', 'lock_', ['take', 'extend', 'release'], listener),
    index: timedPort(index, 'store', 'index_', ['add', 'list', 'remove'], listener),
    ...(rates === undefined ? {} : { rates: timedPort(rates, 'store', 'rate_', ['spend'], listener) }),
    ping: () => stores.ping(),
    close: () => stores.close(),
  };
}
