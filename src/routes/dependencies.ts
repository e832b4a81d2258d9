// Asks everything that latchkey depends on whether it is there.
import type { ApiKeyStore } from '../config/api-key-store.ts';
import type { SessionStores } from '../config/session-stores.ts';
import { asLatchkeyError } from '../errors.ts';
import type { Provider } from '../provider/provider.ts';

/** The state of one dependency. */
export interface DependencyState {
  readonly name: string;
  readonly ok: boolean;
  /** Why not, for operators; no secrets. */
  readonly detail?: string;
}

/** Asks the session store, the provider and the key store where there is one, each named; never rejects. */
export function askDependencies(
  stores: SessionStores,
  provider: Provider,
  apiKeys: ApiKeyStore | undefined,
): Promise<readonly DependencyState[]> {
  return Promise.all([
    stateOf(`sessions (${stores.kind})`, stores.ping()),
    stateOf('provider', provider.check()),
    ...(apiKeys === undefined ? [] : [stateOf('API keys', apiKeys.ping())]),
  ]);
}

async function stateOf(name: string, answer: Promise<void>): Promise<DependencyState> {
  try {
    await answer;
    return { name, ok: true };
  } catch (thrown) {
    return { name, ok: false, detail: asLatchkeyError(thrown).message };
  }
}
