// Asks the token endpoint with a code that nobody was given: what it objects to first says whether it knows the client.
import { allowInsecureRequests, Configuration, customFetch, genericGrantRequest } from 'openid-client';
import type { ClientAuth } from '../config/options.ts';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import { randomToken } from '../crypto/random.ts';
import type { LatchkeyError } from '../errors.ts';
import { createClientAuth } from './client-auth.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import { translateError } from './translate-error.ts';

/** Whether the client can prove itself. */
export type ClientFinding =
  | { readonly kind: 'accepted' }
  /** `works` names a method with which the same secret is taken. */
  | { readonly kind: 'rejected'; readonly detail: string; readonly works: ClientAuth | null }
  /** The client is known, and may not sign people in. */
  | { readonly kind: 'not_allowed'; readonly detail: string }
  | { readonly kind: 'unclear'; readonly detail: string };

const other: { readonly [Method in ClientAuth]?: ClientAuth } = {
  client_secret_basic: 'client_secret_post',
  client_secret_post: 'client_secret_basic',
};

/** @param configuration - of the provider, as logins use it */
export async function probeClient(
  configuration: Configuration,
  options: ResolvedOptions,
  redirectUri: string,
  fetch: LimitedFetch,
): Promise<ClientFinding> {
  const ask = async (method: ClientAuth): Promise<ClientFinding> => {
    const proof = await createClientAuth(method, options.clientSecret, options.clientKey);
    const { supportsPKCE: _, ...server } = configuration.serverMetadata();
    const asked = new Configuration(server, options.clientId, {}, proof);
    asked[customFetch] = fetch;
    asked.timeout = options.providerTimeoutSeconds;
    if (new URL(options.issuer).protocol === 'http:') allowInsecureRequests(asked);
    const parameters = {
      code: `latchkey-doctor-${randomToken(16)}`,
      redirect_uri: redirectUri,
      code_verifier: randomToken(),
    };
    try {
      await genericGrantRequest(asked, 'authorization_code', parameters);
      return { kind: 'unclear', detail: 'it gave tokens for a code that nobody was given' };
    } catch (thrown) {
      return findingOf(translateError(thrown, 'token'));
    }
  };

  const found = await ask(options.clientAuth);
  const second = other[options.clientAuth];
  if (found.kind !== 'rejected' || second === undefined) return found;
  return (await ask(second)).kind === 'accepted' ? { ...found, works: second } : found;
}

function findingOf({ code, message, details }: LatchkeyError): ClientFinding {
  // invalid_grant: the client is who it says, and only the code is wrong (RFC 6749 section 5.2).
  if (code === 'login_expired') return { kind: 'accepted' };
  // Without the hint for logs: what helps is found out here.
  const detail = details.providerError ?? (details.detail ?? message).split('. ')[0] ?? message;
  if (code === 'client_rejected') return { kind: 'rejected', detail, works: null };
  const isKnown = ['unauthorized_client', 'unsupported_grant_type'].includes(details.providerError ?? '');
  return { kind: isKnown ? 'not_allowed' : 'unclear', detail };
}
