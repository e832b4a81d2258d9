// What the doctor says about our registration at the provider: the redirect URI, and how the client proves itself.
import type { ClientAuth, ProviderProbe, RedirectFinding } from '../../index.ts';
import { type Check, fail, ok, summedUp, type Trouble, warn } from './check.ts';
import { notAsked } from './provider-checks.ts';

export function redirectCheck(redirectUri: string, found: RedirectFinding | null): Check {
  const name = 'redirect_uri';
  if (found === null) return notAsked(name);
  const register = `Register exactly ${redirectUri} at the provider, for this client; it comes from BASE_URL.`;
  switch (found.kind) {
    case 'registered': {
      const troubles: Trouble[] = [];
      if (found.error !== null) {
        const seen = `The provider knows ${redirectUri}, and refuses the request with ${found.error}.`;
        const mend =
          'Check OIDC_SCOPE, OIDC_AUDIENCE and what the registration allows: the code flow with the response type "code".';
        troubles.push({ result: 'fail', seen, mend });
      }
      if (found.takesAny) {
        const seen =
          'The provider also redirects to an address that nobody registered, so codes could be sent anywhere.';
        troubles.push({ result: 'warn', seen, mend: `Take wildcards out of the registration. ${register}` });
      }
      return summedUp(name, troubles, `${redirectUri} is registered.`);
    }
    case 'refused': {
      if (found.because === 'client') {
        return fail(
          name,
          `The provider answered ${found.status}: it does not know the client.`,
          'Check OIDC_CLIENT_ID, and that it belongs to this issuer.',
        );
      }
      const what =
        found.because === 'redirect_uri'
          ? 'does not know the redirect URI'
          : 'does not know the redirect URI, or the client id';
      const seen = `The provider ${what}: it answered ${found.status} to an authorization request with ${redirectUri}.`;
      return fail(
        name,
        seen,
        found.because === 'redirect_uri' ? register : `${register} Check OIDC_CLIENT_ID too.`,
      );
    }
    case 'unclear':
      return warn(
        name,
        `It cannot be told whether ${redirectUri} is registered: ${found.detail}.`,
        `Sign in once, and compare with the registration. ${register}`,
      );
  }
}

export function clientCheck(method: ClientAuth, { client: found, discovery }: ProviderProbe): Check {
  const name = 'client_authentication';
  if (found === null) return notAsked(name);
  const listed = discovery.kind === 'good' ? discovery.clientAuth : null;
  const unlisted =
    listed === null || listed.includes(method) ? '' : ` The provider lists ${listed.join(', ')} alone.`;
  switch (found.kind) {
    case 'accepted':
      return ok(name, `The provider knows the client by ${method}.${unlisted}`);
    case 'rejected':
      return fail(
        name,
        `The provider does not accept the client by ${method} (${found.detail}).${unlisted}`,
        mendOf(method, found.works),
      );
    case 'not_allowed':
      return fail(
        name,
        `The provider knows the client and does not let it sign people in (${found.detail}).`,
        'Allow the grant type authorization_code for this client.',
      );
    case 'unclear':
      return warn(
        name,
        `It cannot be told whether the provider accepts the client: ${found.detail}.${unlisted}`,
        'Run the doctor again; if it stays so, sign in once and read the log.',
      );
  }
}

function mendOf(method: ClientAuth, works: ClientAuth | null): string {
  if (works !== null) return `The same secret is accepted by ${works}: set OIDC_CLIENT_AUTH=${works}.`;
  if (method === 'none')
    return 'The client is no public one: set OIDC_CLIENT_SECRET and take OIDC_CLIENT_AUTH=none away.';
  if (method === 'private_key_jwt')
    return 'Check OIDC_CLIENT_ID, and that the public key of OIDC_CLIENT_KEY_FILE is registered for it.';
  const encoding =
    'Servers that do not percent-decode Basic credentials need OIDC_CLIENT_AUTH=client_secret_post; it was tried as well.';
  return `Check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: copy the secret anew from the registration, or make a new one. ${encoding}`;
}
