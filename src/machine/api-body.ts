// Bodies of API calls: what goes out can be sent twice, what comes in is bounded and read by its type.

/** A body that is sent as it is. A stream is not among them: after a 401 it could not be sent again. */
export type RawBody = string | Uint8Array<ArrayBuffer> | URLSearchParams | FormData | Blob;

/** A body to send: `data` goes out as JSON, `body` as it is. */
export interface OutgoingBody {
  readonly data?: unknown;
  readonly body?: RawBody;
}

/** How an answer is read: by its content type, or as asked. */
export type ReadAs = 'auto' | 'json' | 'text' | 'bytes';

/**
 * The body as fetch takes it, and the content type where fetch does not set one by itself.
 * @throws TypeError for a body that cannot be sent
 */
export function encodeBody({ data, body }: OutgoingBody): { body?: RawBody; contentType?: string } {
  if (data !== undefined && body !== undefined)
    throw new TypeError('give data (sent as JSON) or body, not both');
  if (data !== undefined) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('data cannot be written as JSON');
    return { body: text, contentType: 'application/json' };
  }
  if (body === undefined) return {};
  const kinds = [Uint8Array, URLSearchParams, FormData, Blob];
  if (typeof body !== 'string' && !kinds.some((kind) => body instanceof kind)) {
    throw new TypeError(
      'body has to be a text, bytes, a form or a Blob; a stream could not be sent again after a 401',
    );
  }
  return { body };
}

/** Reads at most `most` bytes, counted after decompression; null when there are more. Leaves none behind unread. */
export async function readAtMost(response: Response, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The beginning of a text body, for the error. */
export async function readBeginning(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    chunks.push(chunk);
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}

/**
 * What the answer holds. No body at all is null.
 * @throws SyntaxError when it should be JSON and is not
 */
export function decodeBody(bytes: Uint8Array, contentType: string, as: ReadAs): unknown {
  if (as === 'bytes') return bytes;
  const text = () => new TextDecoder().decode(bytes);
  if (as === 'text') return text();
  if (bytes.byteLength === 0) return null;
  if (as === 'json' || /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i.test(contentType))
    return JSON.parse(text());
  return /^text\//i.test(contentType) ? text() : bytes;
}
