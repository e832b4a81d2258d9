// What an access token allows by itself: scope, permissions and roles by the configured claims, and nothing else's.
import { claimAt, namesIn } from './claim-path.ts';
import { type AuthorizationRules, identityFrom } from './identity.ts';
import { frozenClaims } from './safe-claims.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Which claims hold what. */
export interface TokenClaimRules extends AuthorizationRules {
  readonly scopeClaim: readonly string[];
}

/** Reads what the claims of one token allow. Other sources of the person's rights are not asked. */
export function tokenAccess(claims: Claims, rules: TokenClaimRules) {
  const sources = { idToken: {}, accessToken: claims, userinfo: null };
  const { permissions, roles } = identityFrom('', sources, { ...rules, authorizationFrom: ['access_token'] });
  const scope = rules.scopeClaim.map((path) => claimAt(claims, path)).find((value) => value !== undefined);
  return {
    permissions,
    roles,
    scope: namesIn(scope) ?? [],
    amr: Object.freeze([...(namesIn(claims.amr) ?? [])]),
    claims: frozenClaims(claims),
  };
}

/** The claims about the person, in the form that a session keeps them. */
export function tokenUser(subject: string, claims: Claims, rules: AuthorizationRules): Claims {
  return identityFrom(subject, { idToken: {}, accessToken: null, userinfo: claims }, rules).user;
}
