// Looks at the provider as `latchkey doctor` does: everything that a login needs of it, without signing anybody in.
import { importJWK } from 'jose';
import type { Configuration } from 'openid-client';
import type { AuthOptions } from '../config/options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { asLatchkeyError } from '../errors.ts';
import { createClientAuth } from './client-auth.ts';
import { createLimitedFetch, type LimitedFetch } from './limited-fetch.ts';
import { createMetadata } from './metadata.ts';
import { type SeenAnswer, watchAnswers } from './probe-answers.ts';
import { type ClientFinding, probeClient } from './probe-client.ts';
import { probeRedirect, type RedirectFinding } from './probe-redirect.ts';

/** What the provider says about itself. */
export type DiscoveryFinding =
  | {
      readonly kind: 'good';
      /** Methods of PKCE; null: it does not say. */
      readonly pkce: readonly string[] | null;
      /** Ways in which clients may prove themselves; null: it does not say. */
      readonly clientAuth: readonly string[] | null;
      readonly hasEndSession: boolean;
    }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'answered'; readonly status: number; readonly location: string | null }
  /** It is there and calls itself something else. */
  | { readonly kind: 'other_issuer'; readonly found: string }
  | { readonly kind: 'unusable'; readonly detail: string };

/** The keys it publishes. */
export type KeysFinding =
  | { readonly kind: 'good'; readonly usable: number; readonly unusable: number }
  | { readonly kind: 'none' | 'unreadable'; readonly detail: string };

/** What was found. What could not be asked, because something before it failed, is null. */
export interface ProviderProbe {
  readonly discovery: DiscoveryFinding;
  readonly keys: KeysFinding | null;
  readonly redirect: RedirectFinding | null;
  readonly client: ClientFinding | null;
  /** Milliseconds that its clock is ahead of ours. */
  readonly skewMs: number | null;
}

/**
 * Asks the provider with the options of `createAuth`. It never rejects for what it finds.
 * @param redirectUri - the one that has to be registered
 * @throws ConfigurationError with every problem of the options
 */
export async function probeProvider(options: AuthOptions, redirectUri: string): Promise<ProviderProbe> {
  const settings = resolveOptions(options);
  const { clock, providerTimeoutSeconds: timeoutSeconds } = settings;
  const answers = watchAnswers(createLimitedFetch(timeoutSeconds), clock, timeoutSeconds);
  const { fetch } = answers;
  const clientAuth = await createClientAuth(settings.clientAuth, settings.clientSecret, settings.clientKey);
  const metadata = createMetadata({ ...settings, clientAuth, fetch, timeoutSeconds });
  let configuration: Configuration;
  try {
    configuration = await metadata.get();
  } catch (thrown) {
    const discovery = failureOf(thrown, answers.first, settings.issuer);
    return { discovery, keys: null, redirect: null, client: null, skewMs: answers.skewMs() };
  }
  const [keys, redirect, client] = await Promise.all([
    probeKeys(configuration.serverMetadata().jwks_uri ?? '', fetch),
    probeRedirect(configuration, settings, redirectUri, answers),
    probeClient(configuration, settings, redirectUri, fetch),
  ]);
  return {
    discovery: goodOf(configuration),
    ...{ keys, redirect: withClient(redirect, client), client },
    skewMs: answers.skewMs(),
  };
}

/** Where the page does not say which of the two it does not know, the token endpoint has said that it knows one. */
function withClient(redirect: RedirectFinding, client: ClientFinding): RedirectFinding {
  const isKnown = client.kind === 'accepted' || client.kind === 'not_allowed';
  if (redirect.kind !== 'refused' || redirect.because !== 'either' || !isKnown) return redirect;
  return { ...redirect, because: 'redirect_uri' };
}

function goodOf(configuration: Configuration): DiscoveryFinding {
  const server = configuration.serverMetadata();
  const listed = (value: unknown) => (Array.isArray(value) ? value.map(String) : null);
  return {
    kind: 'good',
    pkce: listed(server.code_challenge_methods_supported),
    clientAuth: listed(server.token_endpoint_auth_methods_supported),
    hasEndSession: server.end_session_endpoint !== undefined,
  };
}

function failureOf(thrown: unknown, first: SeenAnswer | null, issuer: string): DiscoveryFinding {
  const error = asLatchkeyError(thrown);
  const detail = error.details.detail ?? error.message;
  if (first === null) {
    const kind = error.code === 'provider_unavailable' ? 'unreachable' : 'unusable';
    return { kind, detail };
  }
  const { status, location } = first;
  if (status !== 200) return { kind: 'answered', status, location };
  const found = issuerIn(first.text);
  return found === null || found === issuer ? { kind: 'unusable', detail } : { kind: 'other_issuer', found };
}

function issuerIn(text: string): string | null {
  try {
    const { issuer } = JSON.parse(text) as { issuer?: unknown };
    return typeof issuer === 'string' ? issuer.slice(0, 200) : null;
  } catch {
    return null;
  }
}

async function probeKeys(uri: string, fetch: LimitedFetch): Promise<KeysFinding> {
  try {
    const response = await fetch(uri, { headers: { accept: 'application/json' } });
    if (response.status !== 200) return { kind: 'unreadable', detail: `${uri} answered ${response.status}` };
    const { keys } = (await response.json()) as { keys?: unknown };
    if (!Array.isArray(keys)) return { kind: 'unreadable', detail: `${uri} holds no key set` };
    const signing = keys.filter((key) => key?.use !== 'enc' && key?.kty !== 'oct');
    const read = await Promise.allSettled(signing.map((key) => importJWK(key, key.alg ?? algorithmOf(key))));
    const usable = read.filter(({ status }) => status === 'fulfilled').length;
    if (usable === 0) return { kind: 'none', detail: `${uri} has no key that signs` };
    return { kind: 'good', usable, unusable: read.length - usable };
  } catch (thrown) {
    const { details, message } = asLatchkeyError(thrown);
    return { kind: 'unreadable', detail: details.detail ?? message };
  }
}

/** A key need not say what it is for; any algorithm of its type tells whether it can be read. */
function algorithmOf({ kty, crv }: { readonly kty?: string; readonly crv?: string }): string {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'OKP') return 'EdDSA';
  return { 'P-384': 'ES384', 'P-521': 'ES512' }[crv ?? ''] ?? 'ES256';
}
