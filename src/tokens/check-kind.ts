// Is a well-signed JWT an access token? ID tokens, logout tokens and tokens bound to a key are refused here.
import { type Claims, secondsIn, textIn, toleranceSeconds } from './verdict.ts';

/** What the kind is judged by. */
export interface KindRules {
  /** `strict`: `at+jwt` alone (RFC 9068). `any`: `JWT` or none as well, as most providers send them. */
  readonly typ: 'strict' | 'any';
  /** Claims that speak for an access token where `typ` does not. */
  readonly marks: readonly string[];
  readonly clientId: string;
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
}

const notAnAccessToken = 'The token is not an access token';

/** Claims that only ID tokens (OpenID Connect Core) and security event tokens (RFC 8417) have. */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/** Why the token is none; null where it is one. */
export function whyNoAccessToken(header: Claims, claims: Claims, rules: KindRules): string | null {
  const typ = kindOf(header.typ);
  const isDeclared = typ === 'at+jwt';
  // RFC 8725 section 3.11: a token of another kind says so here, and one without kind is accepted only by rule.
  if (!isDeclared && (rules.typ === 'strict' || (typ !== 'jwt' && typ !== null))) return notAnAccessToken;
  // No extension is understood here, so none can be critical (RFC 7515 section 4.1.11).
  if (has(header, 'crit')) return notAnAccessToken;
  if (foreignClaims.some((name) => has(claims, name))) return notAnAccessToken;
  if (saysAnotherKind(claims)) return notAnAccessToken;
  // Every ID token names the client in aud, so where ours is there something must speak for an access token.
  if (!isDeclared && [claims.aud].flat().includes(rules.clientId) && !hasAccessMark(claims, rules.marks)) {
    return notAnAccessToken;
  }
  return whyUnusable(claims, rules.nowSeconds);
}

/** What holds for every access token, signed or looked up. */
export function whyUnusable(claims: Claims, nowSeconds: number): string | null {
  // Sender-constrained (RFC 9449 section 7.2, RFC 8705 section 3): whoever holds it must prove more than holding it.
  if (has(claims, 'cnf')) return 'The token is bound to a key and cannot be used as a bearer token';
  const issuedAt = secondsIn(claims.iat);
  if (issuedAt !== null && issuedAt > nowSeconds + toleranceSeconds) {
    return 'The token was issued in the future';
  }
  return null;
}

/** Null: no typ at all. Anything that is not a text is another kind. */
function kindOf(typ: unknown): string | null {
  if (typ === undefined) return null;
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}

/** Keycloak's `typ` and Cognito's `token_use`, in the payload. */
function saysAnotherKind(claims: Claims): boolean {
  const kinds = [claims.typ, claims.token_use].map(textIn).filter((kind) => kind !== null);
  return kinds.some((kind) => !['bearer', 'access', 'at+jwt', 'jwt'].includes(kind.toLowerCase()));
}

function hasAccessMark(claims: Claims, marks: readonly string[]): boolean {
  return (
    marks.some((name) => has(claims, name)) ||
    textIn(claims.typ)?.toLowerCase() === 'bearer' ||
    claims.token_use === 'access'
  );
}

/** Present and not null: some providers write null for what a token does not have. */
function has(claims: Claims, name: string): boolean {
  return Object.hasOwn(claims, name) && claims[name] !== null && claims[name] !== undefined;
}
