// Calls an API below its base URL: the token attached, the tenant named, the trace continued, one retry after a 401.
import { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import { currentTrace } from '../tracing/current-request.ts';
import { newTrace } from '../tracing/trace-context.ts';
import { type ApiResponse, type PreparedCall, sendOnce, signalOf } from './api-attempt.ts';
import { encodeBody } from './api-body.ts';
import { failedAt } from './api-error.ts';
import {
  type ApiBodyOptions,
  type ApiCallOptions,
  type ApiClientOptions,
  mergeHeaders,
  type Parsing,
  resolveApiOptions,
  setHeader,
} from './api-options.ts';
import { joinUrl } from './api-url.ts';
import { safely } from './events.ts';

/** A verb: with `parse` its answer has a type, without it is unknown. */
export interface ApiVerb<Options> {
  <T>(path: string, options: Options & Parsing<T>): Promise<ApiResponse<T>>;
  (path: string, options?: Options): Promise<ApiResponse<unknown>>;
}

/**
 * An API. Every verb resolves for a status from 200 to 299 and rejects with an ApiError for everything else. A path that
 * leads out of the base URL, and a tenant or header that cannot be sent, reject with `request_malformed` before anything
 * goes out.
 */
export interface ApiClient {
  readonly get: ApiVerb<ApiCallOptions>;
  readonly post: ApiVerb<ApiBodyOptions>;
  readonly put: ApiVerb<ApiBodyOptions>;
  readonly patch: ApiVerb<ApiBodyOptions>;
  readonly delete: ApiVerb<ApiBodyOptions>;
}

/** The longest tenant name that is sent. */
const longestTenant = 200;

/**
 * Makes the client. Nothing is sent yet.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const settings = resolveApiOptions(options);
  const { token: source } = options;
  const emit = safely(options.onEvent);

  const currentToken = async (): Promise<string | null> => {
    if (source === undefined) return null;
    return checked(await (typeof source === 'function' ? source() : source.token()));
  };
  /** Another token than the refused one; null when there is none. */
  const otherToken = async (refused: string | null): Promise<string | null> => {
    if (source === undefined || refused === null) return null;
    const next = await (typeof source === 'function' ? source() : source.replace(new Secret(refused)));
    const text = next === null ? null : checked(next);
    return text === refused ? null : text;
  };

  const prepare = (method: string, path: string, call: ApiBodyOptions): PreparedCall => {
    const headers = mergeHeaders(settings.headers, call.headers, source !== undefined);
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    const { body, contentType } = encodeBody(call);
    if (contentType !== undefined && !headers.has('content-type')) headers.set('content-type', contentType);
    if (call.tenant !== undefined) setHeader(headers, settings.tenantHeader, checkedTenant(call.tenant));
    return {
      ...{ method, headers, body, emit, signal: call.signal, as: call.as ?? 'auto' },
      url: joinUrl(settings.base, path, call.params),
      trace: call.trace ?? currentTrace() ?? newTrace(),
      maxResponseBytes: settings.maxResponseBytes,
      deadline: AbortSignal.timeout(settings.timeoutSeconds * 1000),
    };
  };

  const verb =
    (method: string) =>
    async (
      path: string,
      given: ApiBodyOptions & Partial<Parsing<unknown>> = {},
    ): Promise<ApiResponse<unknown>> => {
      const call = prepare(method, path, given);
      const token = await inTime(call, currentToken);
      let outcome = await sendOnce(call, token, 1);
      if ('refused' in outcome) {
        const { refused } = outcome;
        const other = await inTime(call, () => otherToken(token));
        if (other === null) throw refused;
        outcome = await sendOnce(call, other, 2);
      }
      if ('refused' in outcome) throw outcome.refused;
      const { response } = outcome;
      return given.parse === undefined
        ? response
        : { ...response, data: parsed(given.parse, response.data, call) };
    };

  return {
    get: verb('GET') as ApiVerb<ApiCallOptions>,
    post: verb('POST') as ApiVerb<ApiBodyOptions>,
    put: verb('PUT') as ApiVerb<ApiBodyOptions>,
    patch: verb('PATCH') as ApiVerb<ApiBodyOptions>,
    delete: verb('DELETE') as ApiVerb<ApiBodyOptions>,
  };
}

/** Waits for a token as long as the call may take. */
async function inTime<T>(call: PreparedCall, work: () => Promise<T>): Promise<T> {
  const signal = signalOf(call);
  const over = new Promise<never>((_resolve, reject) => {
    const end = () => {
      if (call.signal?.aborted === true) return reject(call.signal.reason);
      const { method, url } = call;
      reject(failedAt({ method, url, token: null }, 'upstream_unavailable', 'got no token in time'));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([over, work()]);
}

/** What fetch says about a header that cannot be sent repeats it, and this one is a token. */
function checked(token: string | Secret): string {
  const text = token instanceof Secret ? token.reveal() : token;
  if (typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)) return text;
  throw new LatchkeyError('internal_error', { detail: 'the token source of an API client gave no token' });
}

function checkedTenant(tenant: unknown): string {
  if (typeof tenant === 'string' && tenant.length <= longestTenant && /^[\x21-\x7e]+$/.test(tenant))
    return tenant;
  const detail = 'the tenant of an API call is not 1 to 200 visible ASCII characters';
  throw new LatchkeyError('request_malformed', { detail });
}

function parsed<T>(parse: (data: unknown) => T, data: unknown, { method, url }: PreparedCall): T {
  try {
    return parse(data);
  } catch (cause) {
    const what = 'answered with something else than was expected';
    throw failedAt({ method, url, token: null }, 'upstream_response_invalid', what, cause);
  }
}
