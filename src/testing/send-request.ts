// Sends one request and reads the whole answer. Node's fetch would put its own Host and Sec-Fetch-Mode in.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Sent {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
  readonly signal?: AbortSignal;
}

export interface Where {
  /** The address on the wire. */
  readonly url: URL;
  /** Of the authority that signed a server's certificate, as PEM. */
  readonly ca?: string | undefined;
}

/** Bodies of these are null by definition (Fetch standard, "null body status"). */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

const toResponse = async (answer: IncomingMessage): Promise<Response> => {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = answer.statusCode ?? 500;
  const body = withoutBody.has(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, statusText: answer.statusMessage ?? '', headers });
};

/** Redirects are not followed. */
export const sendRequest = (sent: Sent, { url, ca }: Where): Promise<Response> => {
  const { method, headers, body, signal } = sent;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: {
        ...Object.fromEntries(headers),
        ...(body === null ? {} : { 'content-length': body.length }),
      },
      // A connection of its own for each request: one that is kept would outlive the server of the next test.
      agent: false as const,
      ...(signal === undefined ? {} : { signal }),
    };
    const read = (answer: IncomingMessage): void => void toResponse(answer).then(resolve, reject);
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) }, read)
        : httpRequest(url, options, read);
    request.once('error', reject);
    request.end(body ?? undefined);
  });
};
