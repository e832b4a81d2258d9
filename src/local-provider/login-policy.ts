// When the sign-in page is shown, and what the strength of a sign-in is called.
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

/** `acr` when the person came with a session that was there already. */
export const acrOfSession = '0';
/** `acr` when the password was entered for this very request. */
export const acrOfPassword = '1';

/** oidc-provider's own policy and two checks more on the sign-in prompt. */
export function createLoginPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  if (login === undefined) throw new Error('oidc-provider has no login prompt any more');
  login.checks.add(
    new interactionPolicy.Check(
      'account_gone',
      'the account of this session does not exist any more',
      (ctx) => {
        const { session, account } = ctx.oidc;
        return session?.accountId !== undefined && account === undefined;
      },
    ),
  );
  login.checks.add(
    new interactionPolicy.Check(
      'password_wanted',
      'the password has to be entered again',
      'login_required',
      (ctx) => {
        noteStrength(ctx);
        return asksForPassword(ctx) && !enteredPasswordNow(ctx);
      },
    ),
  );
  return policy;
}

function enteredPasswordNow(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.result?.login !== undefined;
}

/** `acr_values` is a list of which any is good enough (OpenID Connect Core section 3.1.2.1). */
function asksForPassword(ctx: KoaContextWithOIDC): boolean {
  const values = ctx.oidc.params?.acr_values;
  if (typeof values !== 'string') return false;
  const wanted = values.split(' ');
  return wanted.includes(acrOfPassword) && !wanted.includes(acrOfSession);
}

/**
 * The library issues the session's `acr`, which would call every later request freshly signed in as well. Checks run
 * before the code is made, on each authorization request, so here is where the session learns this request's strength.
 */
function noteStrength(ctx: KoaContextWithOIDC): void {
  const { session } = ctx.oidc;
  if (session?.accountId === undefined) return;
  session.acr = enteredPasswordNow(ctx) ? acrOfPassword : acrOfSession;
}
