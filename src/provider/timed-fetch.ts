// Every call to the provider: timed, a step of the request's trace, and a failure of TLS said aloud.
import type { CallListener, CallOutcome } from '../config/call-listener.ts';
import { asLatchkeyError } from '../errors.ts';
import { untraced } from '../tracing/active-trace.ts';
import { currentTrace } from '../tracing/current-request.ts';
import { stepHeaders } from '../tracing/step-headers.ts';
import { timeCall } from '../tracing/timed-call.ts';
import { newTrace } from '../tracing/trace-context.ts';
import { causeCode, type FetchOptions, type LimitedFetch } from './limited-fetch.ts';

/** Who hears of calls. */
export interface ProviderListeners {
  readonly onCall?: CallListener | undefined;
  /** The certificate or the handshake was not good. `place` has no query. */
  readonly onTlsFailure?: (place: string, reason: string) => void;
}

/** The provider's endpoints as far as they are known: values of its metadata by their names there. */
export type KnownEndpoints = () => Readonly<Record<string, unknown>> | null;

/** Makes the fetch. */
export function createTimedFetch(
  fetch: LimitedFetch,
  endpoints: KnownEndpoints,
  listeners: ProviderListeners = {},
): LimitedFetch {
  return async (address, options) => {
    const url = new URL(address);
    const place = `${url.origin}${url.pathname}`;
    const operation = operationOf(url, options, endpoints());
    const facts = {
      'server.address': url.hostname,
      'url.full': place,
      'http.request.method': methodOf(options),
    };
    const how = { outcomeOf: outcomeOfFailure, outcomeOfResult: outcomeOfAnswer, listener: listeners.onCall };
    try {
      return await timeCall({ kind: 'provider', operation, facts, ...how }, async (span) => {
        const headers = new Headers(options.headers);
        for (const [name, value] of stepHeaders(currentTrace() ?? newTrace(), span)) headers.set(name, value);
        const response = await untraced(() => fetch(address, { ...options, headers }));
        span?.setAttribute('http.response.status_code', response.status);
        return response;
      });
    } catch (thrown) {
      if (outcomeOfFailure(thrown) === 'tls_failed')
        listeners.onTlsFailure?.(place, causeCode(causeOf(thrown)));
      throw thrown;
    }
  };
}

function outcomeOfAnswer({ status }: Response): CallOutcome {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}

const byEndpoint: readonly (readonly [string, string])[] = [
  ['jwks_uri', 'keys'],
  ['userinfo_endpoint', 'userinfo'],
  ['revocation_endpoint', 'revocation'],
  ['introspection_endpoint', 'introspection'],
  ['pushed_authorization_request_endpoint', 'pushed_request'],
];
const byGrant: Readonly<Record<string, string>> = {
  authorization_code: 'code',
  refresh_token: 'refresh',
  client_credentials: 'client_credentials',
};

/** What is asked, as one of a fixed set of names. */
function operationOf(url: URL, { body }: FetchOptions, known: ReturnType<KnownEndpoints>): string {
  const grant = body instanceof URLSearchParams ? body.get('grant_type') : null;
  if (grant !== null) return Object.hasOwn(byGrant, grant) ? (byGrant[grant] ?? 'token') : 'token';
  for (const [endpoint, name] of byEndpoint) if (known?.[endpoint] === url.href) return name;
  return url.pathname.includes('/.well-known/') ? 'discovery' : 'other';
}

function methodOf({ method }: FetchOptions): string {
  return method ?? 'GET';
}

const tlsCodes =
  /^(?:CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_CERT|ERROR_IN_CRL|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|EPROTO$)/;

function outcomeOfFailure(thrown: unknown): CallOutcome {
  if (asLatchkeyError(thrown).code !== 'provider_unavailable') return 'failed';
  const cause = causeOf(thrown);
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'timeout';
  return tlsCodes.test(causeCode(cause)) ? 'tls_failed' : 'unreachable';
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}
