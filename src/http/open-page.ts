// Opens one address as a browser does when somebody follows a link, and takes the first answer as it comes.
import { type IncomingHttpHeaders, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';

/** The answer: no redirect is followed, and of the body there is the beginning. */
export interface OpenedPage {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const mostText = 20_000;

/**
 * `fetch` says with every request that a script sent it, and a login begins for people alone. Rejects with the error
 * of the connection, or `ETIMEDOUT`.
 * @param timeoutMs - for everything together
 */
export function openPage(
  url: URL,
  timeoutMs: number,
  headers: Record<string, string> = {},
): Promise<OpenedPage> {
  const send = url.protocol === 'https:' ? requestByHttps : requestByHttp;
  const { promise, resolve, reject } = Promise.withResolvers<OpenedPage>();
  const sent = { accept: 'text/html', 'user-agent': 'latchkey-doctor', ...headers };
  // A connection of its own, so that nothing stays open behind a command that has ended.
  const request = send(url, { headers: sent, agent: false }, (response) => {
    const decoder = new TextDecoder();
    let text = '';
    const done = () => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: text.slice(0, mostText) });
      request.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= mostText) done();
    });
    response.on('end', done).on('error', reject);
  });
  const timer = setTimeout(() => {
    request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
  }, timeoutMs);
  request.on('error', reject).end();
  return promise.finally(() => clearTimeout(timer));
}

/** Why it could not be opened, as the code of the error where it has one. */
export function whyNotOpened(thrown: unknown): string {
  // Where a name has several addresses, each failed in its own way.
  const error = thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown;
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 120);
}
