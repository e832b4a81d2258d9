// Sends one request exactly as told and reads the whole answer. (Node's fetch overwrites Sec-Fetch-Mode and Host.)
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of the status line and all headers as they were on the wire. */
  readonly headerBytes: number;
  readonly body: string;
}

export interface Wiring {
  /** Public origins that are served somewhere else: `{ 'https://app.example': 'http://127.0.0.1:4000' }`. */
  readonly behindProxy: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What a reverse proxy adds when it ends TLS for us. */
const proxyHeaders = (url: URL): Record<string, string> => ({
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': url.protocol.slice(0, -1),
  'x-forwarded-host': url.host,
});

export const sendRequest = (sent: SentRequest, wiring: Wiring): Promise<ReceivedAnswer> => {
  const url = new URL(sent.url);
  const proxied = wiring.behindProxy[url.origin];
  const target = new URL(proxied ?? url.origin);
  const headers = {
    host: url.host,
    ...(proxied === undefined ? {} : proxyHeaders(url)),
    ...sent.headers,
    ...(sent.body === null ? {} : { 'content-length': String(Buffer.byteLength(sent.body)) }),
  };
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      {
        host: target.hostname,
        port: target.port,
        path: url.pathname + url.search,
        method: sent.method,
        headers,
        // Certificates in these tests are made for them; what is tested here is the server.
        rejectUnauthorized: false,
        timeout: wiring.timeoutMs,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, statusMessage = '', headers: received, rawHeaders } = response;
          const headerText = rawHeaders.reduce((sum, part) => sum + Buffer.byteLength(part) + 2, 0);
          resolve({
            status: statusCode,
            headers: received,
            headerBytes: `HTTP/1.1 ${statusCode} ${statusMessage}`.length + headerText + 4,
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    request.on('timeout', () =>
      request.destroy(new Error(`no answer from ${sent.url} in ${wiring.timeoutMs} ms`)),
    );
    request.on('error', reject);
    request.end(sent.body ?? undefined);
  });
};
