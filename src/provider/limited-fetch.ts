// The only way out to the provider: one total time, a byte cap after decompression, no redirects, JSON or JWT only.
import { LatchkeyError } from '../errors.ts';

/** The most bytes of a response body that are read, after decompression. */
export const maxResponseBytes = 1_000_000;

/** What a call may ask for; the shape openid-client and jose hand to their fetch hooks. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Record<string, string> | Headers;
  readonly body?: ArrayBuffer | null | ReadableStream | string | Uint8Array | undefined | URLSearchParams;
  readonly signal?: AbortSignal | undefined;
}

/** Fetches within the limits. Rejects with a LatchkeyError that says which one was passed. */
export type LimitedFetch = (url: string, options: FetchOptions) => Promise<Response>;

const readableTypes = /^application\/(?:[\w.!#$&^-]+\+)?(?:json|jwt)\s*(?:;|$)/i;

/**
 * Makes the fetch that every call to the provider goes through.
 * @param timeoutSeconds - for the whole call: connecting, headers and body
 */
export function createLimitedFetch(timeoutSeconds: number): LimitedFetch {
  return async (url, options) => {
    // `AbortSignal.timeout` would go off later for every call that was answered long ago.
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(tooLate()), timeoutSeconds * 1000).unref();
    const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
    try {
      const response = await fetch(url, { ...options, redirect: 'manual', signal } as RequestInit);
      const body = await readBody(response, url);
      refuseForeignTypes(response, body, url);
      return alreadyRead(body, response);
    } catch (thrown) {
      throw asProviderError(thrown, url, timeout.signal);
    } finally {
      clearTimeout(timer);
    }
  };
}

function tooLate(): DOMException {
  return new DOMException('The provider did not answer in time', 'TimeoutError');
}

/** An answer whose body has been read: it needs no second stream to be read from. */
function alreadyRead(body: Uint8Array<ArrayBuffer>, { status, headers }: Response): Response {
  const answer = new Response(null, { status, headers });
  const text = () => new TextDecoder().decode(body);
  return Object.assign(answer, {
    arrayBuffer: async () => body.slice().buffer,
    bytes: async () => body.slice(),
    text: async () => text(),
    json: async (): Promise<unknown> => JSON.parse(text()),
    clone: () => alreadyRead(body, answer),
  });
}

async function readBody(response: Response, url: string): Promise<Uint8Array<ArrayBuffer>> {
  // Of this length and not a byte more: HTTP ends it there. What is compressed may grow.
  const length = response.headers.get('content-length');
  if (length !== null && !response.headers.has('content-encoding') && Number(length) <= maxResponseBytes)
    return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, so no more is inflated than what has been counted.
    if (size > maxResponseBytes) throw invalid(url, `answered with more than ${maxResponseBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function refuseForeignTypes(response: Response, body: Uint8Array, url: string): void {
  if (!response.ok || body.byteLength === 0) return;
  const type = response.headers.get('content-type') ?? '';
  if (!readableTypes.test(type)) throw invalid(url, `answered with the content type "${type.slice(0, 60)}"`);
}

function invalid(url: string, what: string): LatchkeyError {
  return new LatchkeyError('provider_response_invalid', { detail: `${placeOf(url)} ${what}` });
}

function asProviderError(thrown: unknown, url: string, timeout: AbortSignal): LatchkeyError {
  if (thrown instanceof LatchkeyError) return thrown;
  const reason = timeout.aborted ? 'did not answer in time' : `could not be reached (${causeCode(thrown)})`;
  return new LatchkeyError('provider_unavailable', { detail: `${placeOf(url)} ${reason}`, cause: thrown });
}

/** The innermost code or message: `fetch failed` alone helps nobody. */
export function causeCode(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message.slice(0, 120);
}

/** The address without its query: that may hold a hint or a token. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
