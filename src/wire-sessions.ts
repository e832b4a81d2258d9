// Joins what keeps sessions: where they live, and what loads, starts, renews and ends them. Wiring, no logic.
import type { Request } from 'express';
import type { AuthOptions } from './config/options.ts';
import type { ResolvedOptions } from './config/resolved-options.ts';
import type { Sealer } from './crypto/seal.ts';
import type { Emit, EventContext } from './events.ts';
import type { CookiePolicy } from './http/cookies.ts';
import { type DirectoryRights, personInSessions } from './identity/directory-rights.ts';
import type { Provider } from './provider/provider.ts';
import { createRefreshLogin } from './routes/refresh-login.ts';
import { createRevoke } from './routes/revoke.ts';
import { createAskUserinfo, createRecordWith } from './routes/take-userinfo.ts';
import { createClaimsCache } from './session/claims-cache.ts';
import { createEndByIndex } from './session/end-by-index.ts';
import { createEndSession } from './session/end-session.ts';
import { ExpressStore } from './session/express-store.ts';
import { createKeepClaims } from './session/keep-claims.ts';
import { createKeepFresh } from './session/keep-fresh.ts';
import { createLifetimes, isTouchDue } from './session/lifetimes.ts';
import { createLoadSession } from './session/load-session.ts';
import { createSessionRegistry } from './session/registry.ts';
import { createSeveralSessions } from './session/several-sessions.ts';
import { createStartSession } from './session/start-session.ts';
import { createTokenCookie } from './session/token-cookie.ts';
import { createTokenVault } from './session/token-set.ts';
import { createSessionWriter } from './session/writer.ts';
import { timedStores } from './stores/timed-stores.ts';
import { spanned } from './tracing/spans.ts';

/** What sessions need from the rest. */
export interface WireSessionsParts {
  readonly options: AuthOptions;
  readonly settings: ResolvedOptions;
  readonly provider: Provider;
  /** Null: there is none. */
  readonly directory: DirectoryRights | null;
  readonly sealer: Sealer;
  readonly policy: CookiePolicy;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function wireSessions({ options, settings, provider, ...parts }: WireSessionsParts) {
  const { sealer, policy, emit, contextOf, directory } = parts;
  const { clock, sessionSecrets: secrets } = settings;
  const limits = settings;
  const { onCall } = options;
  const stores = timedStores(options.sessions(createLifetimes(limits)), onCall);
  const { records, locks } = stores;
  const store = new ExpressStore(records, (session) => isTouchDue(session, limits));
  const writer = createSessionWriter(store, policy, secrets);
  const vault = createTokenVault(stores.vault, sealer);
  const tokenCookie = createTokenCookie(policy, sealer, settings.accessTokenCookie);
  const load = createLoadSession({ records, policy, secrets, limits });

  const revoke = createRevoke(provider, emit);
  const registry = createSessionRegistry(stores.index, limits);
  const end = createEndSession({ records, vault, registry, revoke, emit });
  const endByIndex = createEndByIndex({ records, registry, end });

  const { devices, sessionLimit, endedElsewhere, rights, people } = createSeveralSessions({
    ...settings,
    ...stores,
    ...{ policy, registry, load, end, revoke, limits, contextOf, secrets, emit },
    vault,
    rightsOf: directory?.rightsOf ?? null,
    inSessions: (person) => personInSessions(person, settings),
    limit: settings.sessionLimit,
  });

  const { userinfoCache, userinfoSeconds } = settings;
  const cache = createClaimsCache({ cache: userinfoCache, seconds: userinfoSeconds, sealer, limits, emit });
  const { settle } = rights;
  const refresh = spanned(
    'latchkey refresh',
    createRefreshLogin({ provider, rules: settings, cache, clock }),
  );
  const renewing = { records, vault, locks, limits, end, settle, emit, onCall };
  const keepFresh = createKeepFresh({ ...renewing, refresh, revoke });
  const asking = { ask: createAskUserinfo(provider), recordWith: createRecordWith(settings), cache };
  const keepClaims = createKeepClaims({ ...renewing, keepFresh, ...asking, userinfoSeconds });

  const writing = { writer, store, vault, tokenCookie, limits, load, end, registry, sessionLimit, rights };
  const startSession = createStartSession({ ...writing, contextOf });
  const close = async () => {
    await stores.close();
    await userinfoCache?.close?.();
  };
  return {
    ...{ stores, store, writer, vault, tokenCookie, limits, load, end, endByIndex, startSession },
    ...{ cache, keepFresh, keepClaims, devices, endedElsewhere, people, revoke, close },
  };
}
