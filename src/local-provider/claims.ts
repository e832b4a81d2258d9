// What tokens and userinfo say about a person: which claims belong to which scope, and where they come from.
import type { Account, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { LocalAccount, LocalAccounts } from './options.ts';

/** The claims each scope gives (OpenID Connect Core section 5.4). */
export const claimsByScope = {
  // Under `openid`, so that they are in every ID token without being asked for.
  openid: ['sub', 'permissions', 'roles', 'acr', 'amr', 'auth_time'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
} as const;

/** Finds the account behind a `sub`; without one the session or token stops working. */
export function createFindAccount(accounts: LocalAccounts) {
  return async (ctx: KoaContextWithOIDC, subject: string, token?: object): Promise<Account | undefined> => {
    const account = await accounts.find(subject);
    if (account === null || isFromBefore(account, ctx, token)) return undefined;
    return {
      accountId: account.id,
      claims: () => ({ ...account.claims, ...rightsOf(account), sub: account.id }),
    };
  };
}

/** Puts permissions and roles into access tokens: as claims of a JWT, and into the answer of introspection. */
export function createExtraTokenClaims(
  accounts: LocalAccounts,
): NonNullable<Configuration['extraTokenClaims']> {
  return async (_ctx, token) => {
    if (!('accountId' in token)) return undefined;
    const account = await accounts.find(token.accountId);
    return account === null ? undefined : rightsOf(account);
  };
}

/** How a person is called on our pages. */
export function nameOf(account: LocalAccount): string {
  const { name, preferred_username: username, email } = account.claims;
  for (const candidate of [name, username, email]) {
    if (typeof candidate === 'string' && candidate !== '') return candidate;
  }
  return account.id;
}

/** Whether a session or token is of a sign-in that does not count any more. Both are kept in whole seconds. */
function isFromBefore(
  { signedInSince }: LocalAccount,
  ctx: KoaContextWithOIDC,
  token: { readonly authTime?: unknown; readonly iat?: unknown } | undefined,
): boolean {
  if (signedInSince === undefined) return false;
  // A code and a refresh token say when the person signed in, and an access token when it was made.
  const seconds = token === undefined ? ctx.oidc.session?.authTime() : (token.authTime ?? token.iat);
  return typeof seconds !== 'number' || (seconds + 1) * 1000 <= signedInSince;
}

function rightsOf(account: LocalAccount): { permissions: string[]; roles: string[] } {
  return { permissions: [...account.permissions], roles: [...account.roles] };
}
