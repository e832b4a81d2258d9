// Makes access tokens without a login, for tests of an API: signed or opaque, known to introspection and userinfo.
import { randomToken } from '../crypto/random.ts';
import { accessTokenClaims } from './provider/access-token-claims.ts';
import { signJwt } from './provider/keys.ts';
import type { OpenProvider } from './provider/open-provider.ts';
import type { Grant, Json } from './provider/types.ts';
import type { StartedWith } from './test-provider.ts';

/** Claims of an access token; any others may be given too. Times are in epoch seconds. */
export interface ClaimsOfToken {
  readonly sub?: string | undefined;
  readonly iss?: string | undefined;
  readonly aud?: string | readonly string[] | undefined;
  readonly scope?: string | undefined;
  readonly permissions?: unknown;
  readonly roles?: unknown;
  readonly exp?: number | undefined;
  readonly [claim: string]: unknown;
}

const withoutUndefined = (claims: Json): Json =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));

/** @param header - added to that of a JWT; null for an opaque token */
export const makeAccessToken = async (
  opened: OpenProvider,
  { client, firstUser }: StartedWith,
  given: ClaimsOfToken,
  header: Json | null,
): Promise<string> => {
  const sub = given.sub ?? firstUser.sub;
  const scope = given.scope ?? 'openid profile email';
  const grant: Grant = {
    client: opened.clients.find(({ clientId }) => clientId === given.client_id) ?? client,
    user: opened.people.get(sub) ?? { sub },
    scope: scope.split(' '),
    request: new URLSearchParams(),
    authTime: opened.nowSeconds(),
    sid: randomToken(12),
    isRevoked: false,
  };
  const claims = withoutUndefined({ ...accessTokenClaims(opened, grant), ...given });
  const token =
    header === null
      ? randomToken()
      : await signJwt(opened.keys.current, claims, { typ: 'at+jwt', ...header });
  opened.memory.accessTokens.set(token, grant);
  const expiresAt = typeof claims.exp === 'number' ? claims.exp : Number.POSITIVE_INFINITY;
  opened.memory.facts.set(token, { expiresAt, claims });
  return token;
};
