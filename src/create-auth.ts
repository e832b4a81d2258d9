// Joins the rooms into one auth object: wiring, no logic.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AuthOptions } from './config/options.ts';
import { resolveOptions } from './config/resolve-options.ts';
import { createSealer } from './crypto/seal.ts';
import { createEmit } from './events.ts';
import { createAuthenticate } from './guards/authenticate.ts';
import { createChallenge } from './guards/challenge.ts';
import { createGuards, type GuardParts, type Guards } from './guards/guards.ts';
import { headerCredentials } from './guards/header-credentials.ts';
import { createOwns, type Owns } from './guards/ownership.ts';
import { createPassed } from './guards/passed.ts';
import { createRequires, type Requires } from './guards/stacked.ts';
import { createUpgrade, type Upgrade } from './guards/upgrade.ts';
import { failureAnswers } from './http/answer-failure.ts';
import { createCookiePolicy } from './http/cookies.ts';
import { plainPages } from './http/plain-pages.ts';
import { createRequestLimits } from './http/request-limits.ts';
import { createDirectoryRights } from './identity/directory-rights.ts';
import { eventContext } from './identity/event-context.ts';
import { timedDirectory } from './identity/timed-directory.ts';
import { createProvider } from './provider/provider.ts';
import { createApiLimit } from './routes/api-limit.ts';
import { createAskDirectory } from './routes/ask-directory.ts';
import { backChannelLogoutRoute } from './routes/back-channel-logout.ts';
import { callbackRoute } from './routes/callback.ts';
import { createCompleteLogin } from './routes/complete-login.ts';
import { askDependencies, type DependencyState } from './routes/dependencies.ts';
import { createFinishOnce } from './routes/finish-once.ts';
import { frontChannelLogoutRoute } from './routes/front-channel-logout.ts';
import { loginRoute } from './routes/login.ts';
import { createLoginPlace } from './routes/login-place.ts';
import { logoutPage, logoutRoute } from './routes/logout.ts';
import { protectedResource } from './routes/protected-resource.ts';
import { createReportFailure, createReportTls } from './routes/report-failure.ts';
import { createRouter } from './routes/router.ts';
import { createSilentLogin } from './routes/silent-login.ts';
import { createSite } from './routes/site.ts';
import { createStartForGuard } from './routes/start-for-guard.ts';
import { createBeginLogin } from './routes/start-login.ts';
import type { Devices } from './session/devices.ts';
import { createHandOut } from './session/hand-out.ts';
import type { SignedInPeople } from './session/signed-in-people.ts';
import { type ApiKeys, createApiKeys } from './tokens/api-keys.ts';
import { apiKeyParts } from './tokens/check-api-key.ts';
import { spanned } from './tracing/spans.ts';
import { createRoundsCookie } from './transaction/rounds.ts';
import { createTransactionCookies } from './transaction/transaction-cookies.ts';
import { wireSessions } from './wire-sessions.ts';

/** Everything an app needs: routes, guards, session handling, an error handler and readiness. */
export interface Auth extends Guards {
  /** `/login`, `/auth-callback`, `/logout` and the provider's two logout channels; mount it where the base URL's path says. */
  routes(): RequestHandler;
  /** Addresses at the root of the origin; to be mounted there where the base URL has a path. */
  wellKnown(): RequestHandler;
  /** Requirements as a guard of their own, behind `authenticated` or `currentUser` on a route; alone it refuses. */
  readonly requires: Requires;
  /** Only the owner of an object passes: 404 where there is none, then 403 for everybody else. */
  readonly owns: Owns;
  /** The same guards for WebSocket handshakes: `server.on('upgrade', …)`. */
  readonly upgrade: Upgrade;
  /** express-session for routes that keep data of their own in `req.session`. Guards do not need it. */
  session(): RequestHandler;
  /** Where the person behind a request is signed in, and how they end that. */
  readonly devices: Devices;
  /** The sessions of any person, and what changed about them in the directory. */
  readonly people: SignedInPeople;
  /** For the routes of an API, before their guards: an address that is refused there again and again gets 429. */
  apiLimit(): RequestHandler;
  /** Answers errors with a page or problem details; mount it last. Errors that are not latchkey's become a 500. */
  errorHandler(): (error: unknown, req: Request, res: Response, next: NextFunction) => void;
  /** Makes, lists and revokes API keys; needs the option `apiKeys`. */
  readonly apiKeys: ApiKeys;
  /** Asks every dependency, each named. */
  dependencies(): Promise<readonly DependencyState[]>;
  /** Origins of the provider's pages, for `form-action` of a Content-Security-Policy. */
  providerOrigins(): readonly string[];
  /** Lets go of the session store and the key store. */
  close(): Promise<void>;
}

/**
 * Makes the auth object. Nothing is fetched yet: the provider is asked when the first login begins.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function createAuth(options: AuthOptions): Auth {
  const settings = resolveOptions(options);
  const { baseUrl, clock, issuer, scope } = settings;
  const sealer = createSealer(settings.sessionSecrets);
  const policy = createCookiePolicy(baseUrl);
  const pages = options.pages ?? plainPages;
  const emit = createEmit(options.onEvent === undefined ? [] : [options.onEvent]);
  const contextOf = eventContext;
  const site = createSite(baseUrl, settings.afterLogoutPath, settings.neverReturnTo);

  const { onCall } = options;
  const provider = createProvider(settings, { onCall, onTlsFailure: createReportTls(emit, contextOf) });
  const directory = options.directory
    ? createDirectoryRights(timedDirectory(options.directory, onCall), settings)
    : null;
  const sessions = wireSessions({ options, settings, provider, directory, sealer, policy, emit, contextOf });
  const { stores, store, tokenCookie, load, end, endByIndex, startSession, cache } = sessions;
  const limits = createRequestLimits({ ...settings, rates: stores.rates, emit, contextOf });
  const transactions = createTransactionCookies(policy, sealer, clock);
  const rounds = createRoundsCookie(policy, sealer, clock);

  const failureSite = { pages, homeHref: site.homePath, signInHref: site.loginHref };
  const { answer, onError } = failureAnswers(failureSite);

  const reporting = { emit, contextOf };
  const reentry = { endedElsewhere: sessions.endedElsewhere.isBehind, ...reporting };
  const login = { provider, transactions, sealer, site, scope, clock, limits, ...reentry };
  const beginLogin = createBeginLogin(login);
  const silent = createSilentLogin({ policy, transactions, load, beginLogin, site, ...reporting });
  const hasSession = async (req: Request) => {
    const session = await load(req);
    return typeof session !== 'string' && session.record.issuer === issuer;
  };
  const placeOf = createLoginPlace({ placeOf: settings.placeOf, ...reporting });
  const askDirectory = createAskDirectory({ directory, revoke: sessions.revoke });
  const starting = { startSession, placeOf, askDirectory, cache, clock };
  const start = createCompleteLogin({ issuer, rules: settings, ...starting, ...reporting });
  const leaving = { load, end, endByIndex, rounds, silent, tokenCookie, policy };
  const logout = { store, provider, ...leaving, limits, site, pages, ...reentry };
  const { once } = stores;
  const finishing = { rounds, silent, beginLogin, start, once: createFinishOnce(once), hasSession };
  const { checkLogoutToken } = provider;
  const resource = protectedResource(settings);
  const router = createRouter({
    login: spanned('latchkey login', loginRoute(beginLogin, rounds)),
    callback: spanned('latchkey callback', callbackRoute({ ...login, ...finishing })),
    logoutPage: logoutPage(logout),
    logout: spanned('latchkey logout', logoutRoute(logout)),
    backChannelLogout: backChannelLogoutRoute({ checkLogoutToken, endByIndex, once, limits, ...reporting }),
    frontChannelLogout: frontChannelLogoutRoute(logout),
    wellKnown: resource.handler,
    reportFailure: createReportFailure(emit, contextOf),
    onError,
  });

  const keys = apiKeyParts(options, settings);
  const guardParts: GuardParts = {
    authenticate: createAuthenticate({ ...sessions, issuer, contextOf }),
    authenticateHeader: headerCredentials(settings, provider, directory, keys, limits),
    takesApiKeys: keys !== null,
    passed: createPassed(),
    silent,
    challenge: createChallenge({
      realm: baseUrl.host,
      resourceMetadata: resource.url,
      answer,
      startLogin: createStartForGuard({ beginLogin, rounds, hasSession, answer, ...reporting }),
    }),
    clearToken: tokenCookie.clear,
    handOut: createHandOut({ policy, secrets: settings.sessionSecrets, tokenCookie, clock }),
    handlers: options,
    hasUserinfo: settings.userinfo !== 'never',
    acrOrder: settings.acrOrder,
    baseUrl,
    clock,
    emit,
    contextOf,
  };
  const guards = createGuards(guardParts);
  const apiLimit = createApiLimit({ ...settings, limits, policy });

  return {
    ...guards,
    requires: createRequires(guardParts),
    owns: createOwns(guardParts),
    upgrade: createUpgrade((options) => guards.currentUser(options), onError),
    apiKeys: createApiKeys(keys, clock, emit),
    routes: () => router,
    wellKnown: () => resource.handler,
    session: () => sessions.writer,
    devices: sessions.devices,
    people: sessions.people,
    apiLimit: () => apiLimit,
    errorHandler: () => onError,
    dependencies: () => askDependencies(stores, provider, options.apiKeys),
    providerOrigins: provider.origins,
    async close() {
      await Promise.all([sessions.close(), keys?.store.close(), keys?.cache.close()]);
    },
  };
}
