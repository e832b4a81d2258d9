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
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    try {
      const response = await fetch(url, { ...options, redirect: 'manual', signal } as RequestInit);
      const body = await readBody(response, url);
      refuseForeignTypes(response, body, url);
      const headers = new Headers(response.headers);
      for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
      const noBody = response.status === 204 || response.status === 205 || response.status === 304;
      return new Response(noBody ? null : body, { status: response.status, headers });
    } catch (thrown) {
      throw asProviderError(thrown, url, timeout);
    }
  };
}

async function readBody(response: Response, url: string): Promise<Uint8Array<ArrayBuffer>> {
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
