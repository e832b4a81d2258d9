// A service that latchkey calls: a real HTTP server that answers as the test says and remembers each call.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServiceCall {
  readonly method: string;
  /** With the query, as it came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type ServiceAnswer = (call: ServiceCall, response: ServerResponse) => void | Promise<void>;

export interface ApiService extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly calls: ServiceCall[];
  answer: ServiceAnswer;
  /** Honest again, with nothing remembered. */
  reset(): void;
  close(): Promise<void>;
}

/** Answers with JSON. */
export const sendJson = (
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(value));

const honest: ServiceAnswer = ({ method, url }, response) => sendJson(response, { method, url });

export const startApiService = async (): Promise<ApiService> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const call = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    service.calls.push(call);
    await service.answer(call, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: ApiService = {
    url: `http://${host}`,
    host,
    calls: [],
    answer: honest,
    reset() {
      service.calls.splice(0);
      service.answer = honest;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    [Symbol.asyncDispose]: () => service.close(),
  };
  return service;
};
