// Sends authorization requests that show nobody anything, and reads from the answers whether the redirect URI is registered.
import type { Configuration } from 'openid-client';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import { whyNotOpened } from '../http/open-page.ts';
import { authorizationUrl } from './authorization-url.ts';
import type { ProbeAnswers, SeenAnswer } from './probe-answers.ts';

/** What the provider thinks of the redirect URI. */
export type RedirectFinding =
  /** `error` is what it came back with: `login_required` and its like are right, as nobody is signed in. */
  | { readonly kind: 'registered'; readonly error: string | null; readonly takesAny: boolean }
  | {
      readonly kind: 'refused';
      readonly because: 'redirect_uri' | 'client' | 'either';
      readonly status: number;
    }
  | { readonly kind: 'unclear'; readonly detail: string };

/** What prompt=none is answered with where nobody is signed in (OpenID Connect Core section 3.1.2.6). */
const nobodyThere = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
];

/** Nobody has this address (RFC 2606), so nobody registered it. */
const foreignUri = 'https://latchkey-doctor.invalid/auth-callback';

export async function probeRedirect(
  configuration: Configuration,
  options: ResolvedOptions,
  redirectUri: string,
  answers: ProbeAnswers,
): Promise<RedirectFinding> {
  const ask = async (uri: string): Promise<SeenAnswer | string> => {
    const request = { state: randomToken(), nonce: randomToken(), codeVerifier: randomToken() };
    const extra = { prompt: 'none' };
    try {
      const url = await authorizationUrl(
        configuration,
        { ...request, redirectUri: uri, scope: options.scope, extra },
        options,
      );
      return await answers.open(url);
    } catch (thrown) {
      if (!(thrown instanceof LatchkeyError)) return `it does not answer (${whyNotOpened(thrown)})`;
      return thrown.details.providerError ?? thrown.details.detail ?? thrown.message;
    }
  };
  const [own, foreign] = await Promise.all([ask(redirectUri), ask(foreignUri)]);
  if (typeof own === 'string') return ofPushed(own);
  if (leadsTo(own, redirectUri)) {
    const error = new URL(own.location ?? '', own.url).searchParams.get('error');
    const takesAny = typeof foreign !== 'string' && leadsTo(foreign, foreignUri);
    return {
      kind: 'registered',
      error: error === null || nobodyThere.includes(error) ? null : error,
      takesAny,
    };
  }
  if (own.status >= 400 && own.status < 500 && own.status !== 429) return refusalOf(own);
  const detail = describe(own);
  if (typeof foreign === 'string' || describe(foreign) === detail) return { kind: 'unclear', detail };
  const difference = 'an address that nobody registered is answered differently, so ours seems to be known';
  return { kind: 'unclear', detail: `${detail}; ${difference}` };
}

/** A pushed request that is refused says why with an error code (RFC 9126 section 2.3). */
function ofPushed(error: string): RedirectFinding {
  if (/redirect/i.test(error)) return { kind: 'refused', because: 'redirect_uri', status: 400 };
  if (/client/i.test(error)) return { kind: 'refused', because: 'client', status: 401 };
  return { kind: 'unclear', detail: error };
}

function leadsTo({ status, location, url }: SeenAnswer, uri: string): boolean {
  if (status < 300 || status > 399 || location === null || !URL.canParse(location, url)) return false;
  const to = new URL(location, url);
  const wanted = new URL(uri);
  return to.origin === wanted.origin && to.pathname === wanted.pathname;
}

/** A provider must not redirect where it does not know the client or the address (RFC 6749 section 4.1.2.1). */
function refusalOf({ status, text }: SeenAnswer): RedirectFinding {
  if (/redirect/i.test(text)) return { kind: 'refused', because: 'redirect_uri', status };
  const because = /invalid_client|(?:unknown|invalid|no such) client|client.{0,20}not found/i.test(text);
  return { kind: 'refused', because: because ? 'client' : 'either', status };
}

function describe({ status, location, url }: SeenAnswer): string {
  if (location === null || !URL.canParse(location, url)) return `it answered ${status}`;
  const { origin, pathname } = new URL(location, url);
  return `it answered ${status} and leads to ${origin}${pathname}`;
}
