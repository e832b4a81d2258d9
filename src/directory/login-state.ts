// The guard of the JSON API: who sends a request, asked anew each time, and whether they may.
import type { Request } from 'express';
import type { ApiKeyCache, ApiKeyRecord } from '../config/api-key-store.ts';
import { sha256 } from '../crypto/digest.ts';
import { LatchkeyError } from '../errors.ts';
import { isFromNamedOrigin } from '../http/cross-origin.ts';
import { hasSameOriginProof, isSafeMethod } from '../http/same-origin.ts';
import { createCheckApiKey } from '../tokens/check-api-key.ts';
import type { LoginToken } from './credentials.ts';
import type { KeyLimit } from './key-limit.ts';
import { type LoginCookie, readLogin } from './login-credential.ts';
import type { Person } from './person.ts';
import { tooMany } from './user-api-failures.ts';
import type { UserApiSettings } from './user-api-options.ts';

/** What a route asks for. */
export interface LoginRules {
  /** One or several, all of which are needed. Default: none. */
  readonly permission?: string | readonly string[];
  /** Whether `Authorization: Token` and `x-api-key` count. Default: false. */
  readonly allowApiKey?: boolean;
}

/** Who sends a request. */
export interface Login {
  /** Behind an API key with the rights that the key has, and no others of the person. */
  readonly person: Person;
  readonly via: 'token' | 'cookie' | 'api_key' | 'signed_in';
  /** The digest of the login token; null for the other two. */
  readonly tokenDigest: string | null;
  /** Null for everything but a key. */
  readonly apiKeyId: string | null;
}

/** What it needs. */
export interface LoginStateParts {
  readonly settings: UserApiSettings;
  readonly cookie: LoginCookie | null;
  readonly keyLimit: KeyLimit;
}

/** Rejects with 401 or 403 and says in `seen` who it was as far as that is known. */
export type FindLogin = (
  req: Request,
  rules: LoginRules & { readonly whileTemporary?: boolean },
  seen?: { login?: Login },
) => Promise<Login>;

export function createFindLogin({ settings, cookie, keyLimit }: LoginStateParts): FindLogin {
  const { directory, clock } = settings;
  // Nothing is remembered: a key that was revoked, or whose person was disabled, is refused at the next request.
  const checkKey = createCheckApiKey({
    store: directory.apiKeys,
    cache: noKeyCache,
    seconds: 0,
    // Whose key it is, and whether they may act, is looked at below.
    isOwnerGood: async () => true,
    clock,
  });

  const byToken = async (value: string, via: 'token' | 'cookie'): Promise<Login | null> => {
    const tokenDigest = sha256(value);
    const token = await directory.loginTokens.find(tokenDigest);
    if (token === null || !isLive(token, settings)) return null;
    const person = await directory.people.find(token.personId);
    return person && { person, via, tokenDigest, apiKeyId: null };
  };
  const byKey = async (value: string): Promise<Login | null> => {
    const key = await checkKey(value);
    if (key === null || key.owner === null) return null;
    const waitSeconds = keyLimit(key.id);
    if (waitSeconds > 0) throw tooMany(waitSeconds, 'too_many_requests');
    const person = await directory.people.findByKey(key.owner);
    return (
      person && { person: withRightsOf(person, key), via: 'api_key', tokenDigest: null, apiKeyId: key.id }
    );
  };
  const bySession = async (req: Request): Promise<Login | null> => {
    const key = (await settings.signedIn?.(req)) ?? null;
    const person = key === null ? null : await directory.people.findByKey(key);
    return person && { person, via: 'signed_in', tokenDigest: null, apiKeyId: null };
  };
  const identify = (req: Request, takesKeys: boolean): Promise<Login | null> => {
    const given = readLogin(req, { apiKeys: takesKeys, cookie });
    if (given.kind === 'ambiguous') throw new LatchkeyError('credential_ambiguous');
    if (given.kind === 'malformed') throw unauthenticated('the credential is malformed');
    if (given.kind === 'absent') return bySession(req);
    if (given.kind !== 'api_key') return byToken(given.value, given.kind);
    // Said before the key is looked up: whether it is a good one is nobody's business here.
    if (!takesKeys) throw new LatchkeyError('api_key_not_allowed');
    return byKey(given.value);
  };

  return async (req, rules, seen = {}) => {
    const login = await identify(req, rules.allowApiKey === true && settings.apiKeys);
    if (login === null) throw unauthenticated('the login is unknown or has ended');
    seen.login = login;
    if (login.person.disabled) throw unauthenticated('the account is disabled');
    refuseOtherSites(req, login, settings);
    if (login.person.mustChangePassword && login.tokenDigest !== null && rules.whileTemporary !== true) {
      throw new LatchkeyError('password_change_required');
    }
    const needed = [rules.permission ?? []].flat().filter((name) => !login.person.permissions.includes(name));
    if (needed.length > 0) throw new LatchkeyError('insufficient_permissions', { needed });
    return login;
  };
}

/** A key may have been made for less than its person may do; the store has put both together. */
function withRightsOf(person: Person, { permissions, roles }: ApiKeyRecord): Person {
  return {
    ...person,
    permissions: person.permissions.filter((name) => permissions.includes(name)),
    roles: person.roles.filter((name) => roles.includes(name)),
  };
}

/** What a browser sends by itself does not prove that the person wanted it (CSRF). */
function refuseOtherSites(req: Request, { via }: Login, { baseUrl }: UserApiSettings): void {
  const byItself = via === 'cookie' || via === 'signed_in';
  if (!byItself || isSafeMethod(req.method)) return;
  if (baseUrl === null || !(hasSameOriginProof(req, baseUrl) || isFromNamedOrigin(req))) {
    throw new LatchkeyError('cross_site_request');
  }
}

/** A lifetime that was shortened since holds for older logins too. */
function isLive(
  { createdAt, expiresAt }: LoginToken,
  { clock, tokenLifetimeSeconds }: UserApiSettings,
): boolean {
  const now = clock();
  return expiresAt > now && createdAt + tokenLifetimeSeconds * 1000 > now;
}

function unauthenticated(detail: string): LatchkeyError {
  return new LatchkeyError('unauthenticated', { detail });
}

/** Remembers nothing. */
export const noKeyCache: ApiKeyCache = {
  get: async () => undefined,
  set: async () => {},
  delete: async () => {},
  close: async () => {},
};
