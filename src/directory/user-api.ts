// The JSON API for accounts, in one table: which route does what, and who may call it.
import type { Request, RequestHandler, Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import type { ApiKeyStore } from '../config/api-key-store.ts';
import { LatchkeyError } from '../errors.ts';
import { eventContext } from '../identity/event-context.ts';
import { createNote } from '../request-notes.ts';
import { type ApiKeys, createApiKeys } from '../tokens/api-keys.ts';
import { createKeyLimit } from './key-limit.ts';
import { createLoginCookie } from './login-credential.ts';
import { createFindLogin, type Login, type LoginRules, noKeyCache } from './login-state.ts';
import type { Person } from './person.ts';
import type { UserApiParts } from './user-api-call.ts';
import { safeEmit } from './user-api-events.ts';
import { logIn, logOut } from './user-api-login.ts';
import { resolveUserApiOptions, type UserApiOptions } from './user-api-options.ts';
import { changeOwnPassword, listKeys, makeKey, revokeKey, revokeUnnamedKey, showMe } from './user-api-own.ts';
import {
  createPerson,
  deletePerson,
  listPeople,
  setPassword,
  setPermissions,
  setProfile,
} from './user-api-people.ts';
import { type RouteGuard, routesFrom, type UserApiRoute } from './user-api-routes.ts';

/** The routes, and the guard for routes of your own. */
export interface UserApi {
  /** The routes below `apiPrefix`. Mount it at the root; outages go on to the app's error handler. */
  routes(): Router;
  /** Lets those in who are logged in and may; `loginOf` knows them afterwards. Refusals go to the app's error handler. */
  loginState(rules?: LoginRules): RequestHandler;
  /** The same inside a handler: the person, asked anew. Rejects with a LatchkeyError of status 401 or 403. */
  checkLoginState(req: Request, rules?: LoginRules): Promise<Person>;
  /** Who was let in by `loginState`; null where it does not stand before the route. */
  loginOf(req: Request): Login | null;
}

/** Makes the API. @throws ConfigurationError with every problem and how to mend it */
export function userApi(options: UserApiOptions): UserApi {
  const settings = resolveUserApiOptions(options);
  const { apiPrefix, adminPermission, baseUrl, clock, directory } = settings;
  const emit = safeEmit(settings.onEvent);
  const cookie = settings.loginCookie && baseUrl !== null ? createLoginCookie(baseUrl) : null;
  const parts: UserApiParts = {
    ...{ settings, cookie, emit, keys: settings.keys ?? keysOf(directory.apiKeys, clock, emit) },
    changed: async (person, change) => settings.onChanged?.(person, change),
  };
  const keyLimit = createKeyLimit(settings.keyRequestsPerMinute, clock);
  const findLogin = createFindLogin({ settings, cookie, keyLimit });

  const admit: RouteGuard['admit'] = async (req, res, rules) => {
    const seen: { login?: Login } = {};
    return findLogin(req, rules, seen).catch((error: unknown) => {
      if (error instanceof LatchkeyError) report(req, error, seen.login ?? null);
      // RFC 9110 section 15.5.2: a 401 says how to do better.
      if (error instanceof LatchkeyError && error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
      throw error;
    });
  };
  /** Those who presented nothing are no news. */
  const report = (req: Request, { code, status }: LatchkeyError, login: Login | null) => {
    if (status >= 500 || (login === null && req.headers.authorization === undefined)) return;
    const { id: personId = null, subject = null } = login?.person ?? {};
    const who = { personId, subject, keyId: login?.apiKeyId ?? null };
    emit({ ...eventContext(req), type: 'api_access_refused', code, ...who, path: req.baseUrl + req.path });
  };

  const passed = createNote<Login>();
  const router = routesFrom(tableOf(parts), apiPrefix, { adminPermission, admit });
  return {
    routes: () => router,
    loginState:
      (rules = {}) =>
      async (req, res, next) => {
        passed.set(req, await admit(req, res, rules));
        next();
      },
    checkLoginState: async (req, rules = {}) => (await admit(req, responseOf(req), rules)).person,
    loginOf: (req) => passed.get(req) ?? null,
  };
}

/** Which route does what, and who may call it. */
function tableOf(parts: UserApiParts): readonly UserApiRoute[] {
  const manage: readonly UserApiRoute[] = [
    ['POST', '/users', 'admin', createPerson(parts)],
    ['POST', '/users/:id/permissions', 'admin', setPermissions(parts)],
    ['POST', '/users/:id/profile', 'person', setProfile(parts)],
    ['POST', '/users/:id/password', 'admin', setPassword(parts)],
    ['DELETE', '/users/:id', 'admin', deletePerson(parts)],
  ];
  const ownKeys: readonly UserApiRoute[] = [
    ['POST', '/key', 'person', makeKey(parts)],
    ['DELETE', '/key', 'person', revokeUnnamedKey(parts)],
    ['GET', '/keys', 'person', listKeys(parts)],
    ['DELETE', '/keys/:id', 'person', revokeKey(parts)],
  ];
  return [
    ['POST', '/login', 'everybody', logIn(parts)],
    ['DELETE', '/login', 'temporary', logOut(parts)],
    ['DELETE', '/logout', 'temporary', logOut(parts)],
    ['GET', '/', 'temporary', showMe],
    ['POST', '/password', 'temporary', changeOwnPassword(parts)],
    ['GET', '/users', 'admin', listPeople(parts)],
    ...(parts.settings.noUserManagement ? [] : manage),
    ...(parts.settings.apiKeys ? ownKeys : []),
  ];
}

function keysOf(store: ApiKeyStore, clock: Clock, emit: UserApiParts['emit']): ApiKeys {
  return createApiKeys({ store, cache: noKeyCache }, clock, (event) => {
    if (event.type === 'api_key_created' || event.type === 'api_key_revoked') emit(event);
  });
}

/** The answer that belongs to a request of Express. */
function responseOf({ res }: Request): Response {
  if (res === undefined) throw new TypeError('checkLoginState needs a request of Express');
  return res;
}
