// The checks of a logout token (OpenID Connect Back-Channel Logout section 2.6): nothing else may end a session.
import type { JWTPayload } from 'jose';
import { LatchkeyError } from '../errors.ts';
import { clockToleranceSeconds } from './check-id-token.ts';
import type { ProviderKeys } from './keys.ts';

/** What a good logout token says. At least one of subject and sid is there. */
export interface LogoutToken {
  readonly issuer: string;
  readonly subject: string | null;
  /** The provider's `sid`. */
  readonly sid: string | null;
  readonly jti: string;
  /** Seconds since the epoch, by the provider's clock. */
  readonly issuedAt: number;
}

/** What the checks compare with. */
export interface LogoutTokenExpectations {
  readonly issuer: string;
  readonly clientId: string;
  readonly algorithms: readonly string[];
  /** `any`: `logout+jwt`, `JWT` or none, as providers send them. `strict`: `logout+jwt` alone. */
  readonly typ: 'any' | 'strict';
  readonly keys: ProviderKeys;
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
}

/** Seconds after which a logout token is too old, whatever its `exp` says. */
const oldestLogoutSeconds = 600;

const event = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Verifies the token. Keys that the token itself carries or points to are never used.
 * @throws LatchkeyError `logout_token_invalid`, or the failure to get the provider's keys
 */
export async function checkLogoutToken(
  token: string,
  expected: LogoutTokenExpectations,
): Promise<LogoutToken> {
  const { payload, protectedHeader } = await expected.keys
    .verify(token, {
      issuer: expected.issuer,
      audience: expected.clientId,
      algorithms: [...expected.algorithms],
      requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events'],
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: oldestLogoutSeconds,
      currentDate: new Date(expected.nowSeconds * 1000),
    })
    .catch((thrown: unknown): never => {
      throw asLogoutFailure(thrown);
    });
  checkType(protectedHeader.typ, expected.typ);
  if ([payload.aud].flat().length !== 1) throw invalid('it names another audience beside this client');
  if (!hasLogoutEvent(payload.events)) throw invalid('its events do not say that this is a logout');
  // Section 2.4: so that no logout token can pass for an ID token, nor an ID token for one.
  if (Object.hasOwn(payload, 'nonce')) throw invalid('it has a nonce');
  const subject = textOf(payload, 'sub');
  const sid = textOf(payload, 'sid');
  if (subject === null && sid === null) throw invalid('it has neither sub nor sid');
  const jti = textOf(payload, 'jti');
  if (jti === null) throw invalid('it has no jti');
  return { issuer: expected.issuer, subject, sid, jti, issuedAt: Number(payload.iat) };
}

/** RFC 8725 section 3.11: a token of another kind must not pass, and a type is told by `typ` where there is one. */
function checkType(typ: string | undefined, rule: 'any' | 'strict'): void {
  const kind = typ?.toLowerCase().replace(/^application\//, '');
  if (kind === 'logout+jwt') return;
  if (rule === 'any' && (kind === undefined || kind === 'jwt')) return;
  throw invalid(rule === 'strict' ? 'its typ is not logout+jwt' : 'its typ is neither logout+jwt nor JWT');
}

function hasLogoutEvent(events: unknown): boolean {
  return isObject(events) && Object.hasOwn(events, event) && isObject(events[event]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A claim that is a text with something in it, or not there at all. */
function textOf(payload: JWTPayload, name: 'sub' | 'sid' | 'jti'): string | null {
  if (!Object.hasOwn(payload, name)) return null;
  const value = payload[name];
  if (typeof value !== 'string' || value === '') throw invalid(`its ${name} is not a text`);
  return value;
}

/** The key source speaks of ID tokens; what it says about outages stays as it is. */
function asLogoutFailure(thrown: unknown): unknown {
  return thrown instanceof LatchkeyError && thrown.code === 'id_token_invalid'
    ? new LatchkeyError('logout_token_invalid', { detail: `logout token: ${thrown.message}`, cause: thrown })
    : thrown;
}

function invalid(what: string): LatchkeyError {
  return new LatchkeyError('logout_token_invalid', { detail: `logout token: ${what}` });
}
