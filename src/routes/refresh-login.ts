// Asks the provider for new tokens and makes the session record that goes with them.
import type { Clock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';
import { type AuthorizationRules, identityFrom } from '../identity/identity.ts';
import type { Provider } from '../provider/provider.ts';
import type { ClaimsCache } from '../session/claims-cache.ts';
import type { RefreshOutcome } from '../session/keep-fresh.ts';
import { refreshTime, type SessionRecord } from '../session/record.ts';
import type { TokenSet } from '../session/token-set.ts';

/** How long the token before a refresh still counts: requests that were under way carry it. */
const graceMs = 60_000;

/** What refreshing needs. */
export interface RefreshLoginParts {
  readonly provider: Provider;
  readonly rules: AuthorizationRules;
  readonly cache: ClaimsCache;
  readonly clock: Clock;
}

/** Rejects only where trying again later makes sense; the session stays then. */
export function createRefreshLogin({ provider, rules, cache, clock }: RefreshLoginParts) {
  return async (record: SessionRecord, tokens: TokenSet, withUserinfo: boolean): Promise<RefreshOutcome> => {
    const { refreshToken, idToken, issuer } = tokens;
    // A refresh token goes to the provider that gave it and to no other.
    if (refreshToken === null || issuer !== provider.issuer) {
      return { kind: 'refused', detail: 'the session has no refresh token for this provider' };
    }
    const { subject, scope } = record;
    const result = await provider.refresh({ refreshToken, idToken, subject, scope });
    if (result.kind !== 'refreshed') return result;

    const userinfo = withUserinfo
      ? await provider.userinfo(result.accessToken, subject).catch(() => 'away' as const)
      : 'away';
    if (userinfo === 'other_subject') return { kind: 'changed', detail: 'userinfo is about another subject' };
    const keeps = userinfo === 'away' || userinfo === 'token_refused';
    const claims = keeps ? null : userinfo;
    const sources = {
      idToken: result.idTokenClaims,
      accessToken: result.accessTokenClaims,
      userinfo: claims,
    };
    const identity = identityFrom(subject, sources, rules);
    // Userinfo that is away for a moment is no reason to end a session, and none to give or take anything.
    const keepsRights = keeps && rules.authorizationFrom.includes('userinfo');
    const now = clock();
    const expiresAt = now + result.expiresInSeconds * 1000;
    if (claims !== null) cache.write({ ...record, scope: result.scope }, { claims, at: now });
    return {
      kind: 'refreshed',
      tokens: { ...result, issuer, expiresAt, accessTokenChecked: result.accessTokenClaims !== null },
      record: {
        ...record,
        user: keeps ? record.user : identity.user,
        userAt: keeps ? record.userAt : now,
        scope: result.scope,
        permissions: keepsRights ? record.permissions : identity.permissions,
        roles: keepsRights ? record.roles : identity.roles,
        tokenHash: sha256(result.accessToken.reveal()),
        tokenExpiresAt: expiresAt,
        refreshAt: refreshTime(now, result.expiresInSeconds),
        previousTokenHash: record.tokenHash,
        previousUntil: now + graceMs,
      },
    };
  };
}
