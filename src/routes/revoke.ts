// Tells the provider that a session's tokens are of no more use. Failing at it keeps nobody signed in.
import { asLatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import type { Provider } from '../provider/provider.ts';
import type { TokenSet } from '../session/token-set.ts';

/** Revokes a session's tokens. Resolves to whether the provider was reached; never rejects. */
export type Revoke = (tokens: TokenSet, context: EventContext) => Promise<boolean>;

/**
 * Makes the revoking function: the refresh token where there is one, since the provider then ends the access
 * tokens of the same grant as well (RFC 7009 section 2.1), else the access token. Tried twice.
 */
export function createRevoke(provider: Provider, emit: Emit): Revoke {
  return async (tokens, context) => {
    const { refreshToken, accessToken, issuer } = tokens;
    // Tokens go to the provider that gave them and to no other.
    if (issuer !== provider.issuer) return true;
    const attempt = () =>
      refreshToken === null
        ? provider.revoke(accessToken, 'access_token')
        : provider.revoke(refreshToken, 'refresh_token');
    try {
      const startedAt = performance.now();
      await attempt().catch((error: unknown) => {
        // Tried again at once, but not after waiting for long: a person is standing at the door.
        if (performance.now() - startedAt > 1000) throw error;
        return attempt();
      });
      return true;
    } catch (thrown) {
      const error = asLatchkeyError(thrown);
      emit({ ...context, type: 'revocation_failed', detail: error.message });
      return error.code !== 'provider_unavailable';
    }
  };
}
