// Asks the provider for userinfo of a session that goes on, and makes the record that goes with the answer.
import { type AuthorizationRules, identityFrom } from '../identity/identity.ts';
import { claimsInKeptToken } from '../provider/kept-claims.ts';
import type { Claims } from '../provider/login-result.ts';
import type { Provider } from '../provider/provider.ts';
import type { UserinfoAnswer } from '../session/claims-steps.ts';
import type { SessionRecord } from '../session/record.ts';
import type { TokenSet } from '../session/token-set.ts';

/** Asks. Rejects where there was no answer, or none that can be used; nothing has changed then. */
export function createAskUserinfo(provider: Provider) {
  return async ({ subject }: SessionRecord, tokens: TokenSet): Promise<UserinfoAnswer> => {
    const answer = await provider.userinfo(tokens.accessToken, subject);
    if (answer === 'other_subject') return { kind: 'other_subject' };
    if (answer === 'token_refused') return { kind: 'token_refused' };
    return answer === null ? { kind: 'none' } : { kind: 'claims', claims: answer };
  };
}

/**
 * Makes the record with new userinfo in it. Permissions and roles follow only where the configuration reads them
 * there; scope, `acr`, `amr` and `auth_time` never do.
 * @returns a function of the record, its tokens, the claims, and when they were fetched
 */
export function createRecordWith(rules: AuthorizationRules) {
  return (record: SessionRecord, tokens: TokenSet, claims: Claims, at: number): SessionRecord => {
    const sources = {
      idToken: claimsInKeptToken(tokens.idToken),
      accessToken: tokens.accessTokenChecked === true ? claimsInKeptToken(tokens.accessToken) : null,
      userinfo: claims,
    };
    const identity = identityFrom(record.subject, sources, rules);
    const { authorizationFrom } = rules;
    // Of a vault from a version before nobody knows whether its access token counts; the next refresh says so.
    const unknown = tokens.accessTokenChecked === null && authorizationFrom.includes('access_token');
    const { permissions, roles } = authorizationFrom.includes('userinfo') && !unknown ? identity : record;
    return { ...record, user: identity.user, userAt: at, permissions, roles };
  };
}
