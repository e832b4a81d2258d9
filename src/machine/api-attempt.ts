// Sends an API call once: within its limits, without following redirects, and reported without a secret in it.
import { LatchkeyError } from '../errors.ts';
import { untraced } from '../tracing/active-trace.ts';
import { inSpan } from '../tracing/spans.ts';
import { stepHeaders } from '../tracing/step-headers.ts';
import type { TraceContext } from '../tracing/trace-context.ts';
import { decodeBody, type RawBody, type ReadAs, readAtMost, readBeginning } from './api-body.ts';
import { type CallPlace, failedAt, refusedBy, requestIdOf } from './api-error.ts';
import type { MachineEvent } from './events.ts';

/** An answer that is a success. */
export interface ApiResponse<T> {
  readonly status: number;
  readonly headers: Headers;
  /** JSON as values, text as text, everything else as bytes; null where there is no body. */
  readonly data: T;
  /** The service's name for this request; null when it gives none. */
  readonly requestId: string | null;
}

/** One call, ready to be sent as often as it takes. */
export interface PreparedCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: RawBody | undefined;
  readonly trace: TraceContext;
  readonly as: ReadAs;
  readonly maxResponseBytes: number;
  /** The time limit. */
  readonly deadline: AbortSignal;
  /** The caller's own way to end it. */
  readonly signal: AbortSignal | undefined;
  readonly emit: (event: MachineEvent) => void;
}

const errorBodyBytes = 16_384;

/**
 * Sends it. `refused` is a 401: the caller may have another token.
 * @throws ApiError
 */
export async function sendOnce(call: PreparedCall, token: string | null, attempt: number): Promise<Sent> {
  const { method, url } = call;
  const place = { 'server.address': url.hostname, 'url.full': `${url.origin}${url.pathname}` };
  const facts = { ...place, 'http.request.method': method };
  return inSpan('latchkey api call', 'client', facts, (span) => send(call, token, attempt, span));
}

type Sent = { readonly response: ApiResponse<unknown> } | { readonly refused: Error };
type StepSpan = Parameters<typeof stepHeaders>[1];

async function send(
  call: PreparedCall,
  token: string | null,
  attempt: number,
  span: StepSpan,
): Promise<Sent> {
  const { method, url } = call;
  const traceId = span?.spanContext().traceId ?? call.trace.traceId;
  const place: CallPlace = { method, url, token };
  const startedAt = performance.now();
  const report = (status: number | null, failure?: string) => {
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const [host, path] = [url.host, url.pathname.slice(0, 500)];
    const why = failure === undefined ? {} : { failure };
    call.emit({ type: 'api_call', method, host, path, status, ms, attempt, traceId, ...why });
  };
  let response: Response | undefined;
  try {
    response = await untraced(() =>
      fetch(url, {
        method,
        headers: headersOf(call, token, span),
        ...(call.body === undefined ? {} : { body: call.body }),
        // The token is for this service alone, and so is the body.
        redirect: 'manual',
        signal: signalOf(call),
      }),
    );
    span?.setAttribute('http.response.status_code', response.status);
    if (!response.ok) {
      const refusal = refusedBy(place, response, await readBeginning(response, errorBodyBytes));
      report(response.status);
      if (response.status === 401) return { refused: refusal };
      throw refusal;
    }
    const bytes = await readAtMost(response, call.maxResponseBytes);
    report(response.status, bytes === null ? 'too_large' : undefined);
    if (bytes === null) {
      const what = `answered with more than ${call.maxResponseBytes} bytes`;
      throw failedAt(place, 'upstream_response_invalid', what, undefined, response);
    }
    return { response: answerOf(response, bytes, call, place) };
  } catch (thrown) {
    if (thrown instanceof LatchkeyError) throw thrown;
    if (call.signal?.aborted === true) {
      report(response?.status ?? null, 'aborted');
      throw call.signal.reason;
    }
    const late = call.deadline.aborted;
    const failure = late ? 'timeout' : causeCode(thrown);
    report(response?.status ?? null, failure);
    const what = late ? 'did not answer in time' : `could not be reached (${failure})`;
    throw failedAt(place, 'upstream_unavailable', what, thrown, response);
  }
}

/** The caller's signal and the deadline as one. */
export function signalOf({ deadline, signal }: Pick<PreparedCall, 'deadline' | 'signal'>): AbortSignal {
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

function headersOf(call: PreparedCall, token: string | null, span: StepSpan): Headers {
  const headers = new Headers(call.headers);
  for (const [name, value] of stepHeaders(call.trace, span)) headers.set(name, value);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  return headers;
}

function answerOf(
  response: Response,
  bytes: Uint8Array,
  { as }: PreparedCall,
  place: CallPlace,
): ApiResponse<unknown> {
  const { status, headers } = response;
  try {
    const data = decodeBody(bytes, headers.get('content-type') ?? '', as);
    return { status, headers, data, requestId: requestIdOf(response, place.token) };
  } catch {
    // Without the parser's own words: they quote the body.
    throw failedAt(place, 'upstream_response_invalid', 'answered with broken JSON', undefined, response);
  }
}

/** The innermost code: `fetch failed` alone helps nobody. */
function causeCode(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'failed';
}
