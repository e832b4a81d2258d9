// Finds out who sends a request by what its headers present: an access token or an API key. A cookie is never asked.
import type { Request } from 'express';
import { LatchkeyError } from '../errors.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import { joinAccess } from '../identity/directory-rights.ts';
import type { CheckApiKey } from '../tokens/check-api-key.ts';
import type { LookUpGate } from '../tokens/look-up-gate.ts';
import { type HeaderCredential, readCredential } from '../tokens/read-credential.ts';
import { formOf } from '../tokens/token-form.ts';
import type { RightsOfToken } from '../tokens/token-rights.ts';
import type { UserOfToken } from '../tokens/token-user.ts';
import type { VerifyAccessToken } from '../tokens/verify-access-token.ts';
import { authOfKey, authOfToken, userOfKey } from './auth-of.ts';
import type { Credential } from './authenticate.ts';
import type { User } from './request-auth.ts';
import type { TokenGetter } from './token-getters.ts';

/** What a guard says about the headers it looks at. */
export interface HeaderOptions {
  readonly getter: TokenGetter | undefined;
  readonly apiKeys: boolean;
  readonly withUser: boolean;
  /** Userinfo that was kept from before does not do. */
  readonly refresh: boolean;
}

/** What looking at headers needs. */
export interface AuthenticateHeaderParts {
  readonly verify: VerifyAccessToken;
  readonly userOfToken: UserOfToken;
  /** Null: there is no directory. */
  readonly rightsOfToken: RightsOfToken | null;
  /** Null: no key store is configured. */
  readonly checkApiKey: CheckApiKey | null;
  readonly limits: RequestLimits;
  /** What stands before the look-ups of a request. */
  readonly gateOf: (req: Request) => LookUpGate;
  /** The issuer of keys that belong to nobody: this site. */
  readonly keyIssuer: string;
  /** The provider whose people count here, by its own name and by the directory's. */
  readonly issuers: readonly string[];
}

/**
 * Null, at once: no header presents anything, and a cookie may decide. Rejects with an outage, for optional guards
 * too, and with `too_many_requests`.
 */
export type AuthenticateHeader = (req: Request, options: HeaderOptions) => Promise<Credential | null> | null;

export function createAuthenticateHeader(parts: AuthenticateHeaderParts): AuthenticateHeader {
  const takeOne = async (req: Request, options: HeaderOptions, found: HeaderCredential) => {
    const credential = await credentialIn(found, options, parts, parts.gateOf(req));
    if (credential?.kind === 'header') {
      const { issuer, subject } = credential.auth;
      // Whoever holds a good credential is somebody: counted by who it is, from wherever they come.
      const waiting = parts.limits.take('account', req, {
        account: () => JSON.stringify([issuer, subject]),
      });
      if (waiting !== undefined) await waiting;
    }
    return credential;
  };
  return (req, options) => {
    const found = readCredential(req, {
      scheme: options.getter?.scheme ?? 'bearer',
      apiKeys: options.apiKeys,
    });
    return found.kind === 'absent' ? null : takeOne(req, options, found);
  };
}

async function credentialIn(
  found: HeaderCredential,
  options: HeaderOptions,
  parts: AuthenticateHeaderParts,
  gate: LookUpGate,
): Promise<Credential | null> {
  const { getter } = options;
  // A guard that looks elsewhere for tokens takes none from here, but may take API keys.
  const elsewhere = getter !== undefined && getter.source !== 'authorization';
  const isKey = found.kind === 'api_key' || found.kind === 'x_api_key';
  if (elsewhere && !(isKey && options.apiKeys)) return null;
  switch (found.kind) {
    case 'absent':
      return null;
    case 'ambiguous':
      return refused(new LatchkeyError('credential_ambiguous'));
    case 'malformed':
      return badToken('The credential is malformed');
    case 'token':
      return byToken(found.value, options, parts, gate);
    case 'api_key':
      // Said before the key is looked up: whether it is a good one is nobody's business here.
      if (!options.apiKeys) return refused(new LatchkeyError('api_key_not_allowed'));
      return byKey(found.value, parts, gate);
    case 'x_api_key':
      // A machine's token, unless this guard takes tokens from elsewhere alone: then it is no key that we know.
      return !elsewhere && formOf(found.value) === 'jwt'
        ? byToken(found.value, options, parts, gate)
        : byKey(found.value, parts, gate);
  }
}

async function byToken(
  token: string,
  options: HeaderOptions,
  parts: AuthenticateHeaderParts,
  gate: LookUpGate,
): Promise<Credential> {
  const verifying = parts.verify(token, gate);
  const verdict = verifying instanceof Promise ? await verifying : verifying;
  if (!verdict.good) return badToken(verdict.why);
  const local = parts.rightsOfToken === null ? null : await parts.rightsOfToken(verdict.token);
  if (local === 'refused') return badToken('The account behind the token may not act any more');
  const good = joinAccess(verdict.token, local);
  const made = () => authOfToken(token, good);
  const auth = made();
  // Whoever asks for userinfo anew wants to know whether the provider still takes the token, user or not.
  if (!options.withUser && !options.refresh)
    return { kind: 'header', auth, anew: made, user: null, renewed: null };
  const user = await parts.userOfToken(token, verdict.token, options.refresh);
  if (user === null) return badToken('The token is expired, revoked or unknown');
  if (!options.withUser) return { kind: 'header', auth, anew: made, user: null, renewed: null };
  // A handler may change its request's user; the one that is remembered serves the next request too.
  return { kind: 'header', auth, anew: made, user: structuredClone(user) as User, renewed: null };
}

async function byKey(key: string, parts: AuthenticateHeaderParts, gate: LookUpGate): Promise<Credential> {
  const found = (await parts.checkApiKey?.(key, gate)) ?? null;
  // A person of another provider may have the same subject as one of ours, and is somebody else.
  const isForeign = found?.owner != null && !parts.issuers.includes(found.owner.issuer);
  if (found === null || isForeign) return badToken('The API key is expired, revoked or unknown');
  const anew = () => authOfKey(found, parts.keyIssuer);
  return { kind: 'header', auth: anew(), anew, user: userOfKey(found), renewed: null };
}

function badToken(description: string): Credential {
  const oauthError = { error: 'invalid_token', description };
  return refused(new LatchkeyError('unauthenticated', { detail: description, oauthError }));
}

function refused(error: LatchkeyError): Credential {
  return { kind: 'invalid', by: 'header', tampered: false, error };
}
