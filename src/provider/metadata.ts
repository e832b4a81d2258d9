// The provider's metadata: fetched when first needed, checked, kept while the provider is away.
import { allowInsecureRequests, type ClientAuth, Configuration, customFetch, discovery } from 'openid-client';
import type { Clock } from '../clock.ts';
import { isLoopbackHost, isSecureEnough } from '../config/insecure-url.ts';
import { LatchkeyError } from '../errors.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import { translateError } from './translate-error.ts';

/** How long metadata is used before it is fetched again, in milliseconds. */
const freshForMs = 15 * 60_000;
/** How long an answer counts as "the provider is there", in milliseconds. */
const checkedForMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** What fetching the metadata needs. */
export interface MetadataParts {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuth: ClientAuth;
  readonly idTokenAlgorithms: readonly string[];
  /** What the provider must have. Default: what a login needs. */
  readonly endpoints?: readonly string[];
  readonly timeoutSeconds: number;
  readonly allowInsecureHttp: boolean;
  readonly fetch: LimitedFetch;
  readonly clock: Clock;
}

/** Gives the configuration to call the provider with. */
export interface Metadata {
  /** Rejects with `provider_unavailable` while there is none and the provider does not answer. */
  get(): Promise<Configuration>;
  /** What is known without asking anybody. */
  known(): Configuration | null;
  /** Asks the provider unless it answered within ten seconds; for readiness checks. */
  check(): Promise<void>;
}

/** Makes the metadata source: one fetch for all who wait, growing pauses after failures, last good value kept. */
export function createMetadata(parts: MetadataParts): Metadata {
  let good: { readonly configuration: Configuration; readonly at: number } | null = null;
  let failed: { readonly error: LatchkeyError; readonly until: number; readonly pause: number } | null = null;
  let fetching: Promise<Configuration> | null = null;

  const refresh = () => {
    fetching ??= fetchMetadata(parts)
      .then((configuration) => {
        good = { configuration, at: parts.clock() };
        failed = null;
        return configuration;
      })
      .catch((thrown: unknown) => {
        const error = translateError(thrown, 'discovery');
        const pause = Math.min(failed === null ? firstPauseMs : failed.pause * 2, longestPauseMs);
        failed = { error, pause, until: parts.clock() + pause };
        throw error;
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };

  return {
    known: () => good?.configuration ?? null,
    async check() {
      if (failed !== null && parts.clock() < failed.until) throw failed.error;
      if (good === null || parts.clock() - good.at >= checkedForMs) await refresh();
    },
    async get() {
      const now = parts.clock();
      if (good !== null && now - good.at < freshForMs) return good.configuration;
      const pausing = failed !== null && now < failed.until;
      if (good === null) {
        if (failed !== null && pausing) throw failed.error;
        return refresh();
      }
      // Stale but good: renewed behind the scenes, and nobody waits for it.
      if (!pausing) refresh().catch(() => {});
      return good.configuration;
    },
  };
}

async function fetchMetadata(parts: MetadataParts): Promise<Configuration> {
  const plainHttp = new URL(parts.issuer).protocol === 'http:';
  const found = await discovery(new URL(parts.issuer), parts.clientId, {}, parts.clientAuth, {
    [customFetch]: parts.fetch,
    timeout: parts.timeoutSeconds,
    ...(plainHttp ? { execute: [allowInsecureRequests] } : {}),
  });
  const server = found.serverMetadata();
  checkIssuer(server.issuer, parts.issuer);
  checkEndpoints(server, parts);

  // What the provider lists is a wish; what we accept is ours to say (RFC 8725 section 3.1).
  const listed = server.id_token_signing_alg_values_supported;
  const algorithms = parts.idTokenAlgorithms.filter(
    (name) => !Array.isArray(listed) || listed.includes(name),
  );
  if (algorithms.length === 0 && parts.endpoints === undefined)
    throw unusable('it signs ID tokens with none of the accepted algorithms');
  const { supportsPKCE: _, ...metadata } = server;
  const configuration = new Configuration(
    { ...metadata, id_token_signing_alg_values_supported: algorithms },
    parts.clientId,
    {},
    parts.clientAuth,
  );
  configuration[customFetch] = parts.fetch;
  // Our fetch has a time limit of its own; a second one would be a timer that goes on after the answer.
  configuration.timeout = 0;
  if (plainHttp) allowInsecureRequests(configuration);
  return configuration;
}

/** Byte for byte (OpenID Connect Discovery section 4.3): a trailing slash makes it another issuer. */
function checkIssuer(found: string, expected: string): void {
  if (found !== expected) {
    throw unusable(
      `it calls itself "${found.slice(0, 200)}" and the configured issuer is "${expected}"; they must be equal`,
    );
  }
}

function checkEndpoints(server: Readonly<Record<string, unknown>>, parts: MetadataParts): void {
  for (const name of parts.endpoints ?? ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
    if (typeof server[name] !== 'string') throw unusable(`it has no ${name}`);
  }
  const issuerHost = new URL(parts.issuer).hostname;
  for (const [name, value] of Object.entries(server)) {
    if (!(name.endsWith('_endpoint') || name === 'jwks_uri') || value === undefined) continue;
    if (typeof value !== 'string' || !URL.canParse(value)) throw unusable(`its ${name} is not a URL`);
    const url = new URL(value);
    if (!isSecureEnough(url, parts.allowInsecureHttp)) throw unusable(`its ${name} is not https`);
    if (isPrivateAddress(url.hostname) && url.hostname !== issuerHost && !isLoopbackHost(issuerHost)) {
      throw unusable(`its ${name} is a private address`);
    }
  }
}

/** Addresses that a provider elsewhere has no business sending us to (RFC 6890). */
function isPrivateAddress(hostname: string): boolean {
  // A name may end in a dot and means the same then.
  const host = hostname.replace(/\.$/, '');
  return (
    isLoopbackHost(host) ||
    /^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168)\./.test(host) ||
    /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(host) ||
    /^\[(?:::|f[cd]|fe[89ab])/i.test(host)
  );
}

function unusable(what: string): LatchkeyError {
  return new LatchkeyError('provider_response_invalid', {
    detail: `The provider's metadata cannot be used: ${what}.`,
  });
}
