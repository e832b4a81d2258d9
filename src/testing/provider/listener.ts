// The provider's socket: reads and records each request, opens the port, closes it and opens it again.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../clock.ts';
import type { EndpointName, LoggedCall } from './types.ts';

/** A certificate and its key, as PEM. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

export interface Listener {
  readonly port: number;
  /** Refuses connections from now on, and cuts those that are open. */
  close(): Promise<void>;
  /** Listens again, on the same port. */
  reopen(): Promise<void>;
}

export const openListener = async (handler: RequestListener, tls: TlsFiles | null): Promise<Listener> => {
  // A login that names its person has all of their claims in one header (see login-header.ts).
  const limits = { maxHeaderSize: 256 * 1024 };
  const make = (): Server =>
    tls === null ? createServer(limits, handler) : createTlsServer({ ...tls, ...limits }, handler);
  const listen = (server: Server, port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      // A test that forgets to close the provider ends all the same.
      server.unref();
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  let server = make();
  const port = await listen(server, 0);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async reopen() {
      server = make();
      await listen(server, port);
    },
  };
};

/** Reads the whole request into what the log keeps. */
export const readCall = async (request: IncomingMessage, endpoint: EndpointName): Promise<LoggedCall> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider.invalid');
  const { method = '', headers } = request;
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? body : '');
  return { endpoint, method, path: pathname, query: searchParams, headers, body, form, at: systemClock() };
};
