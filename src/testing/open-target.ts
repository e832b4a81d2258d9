// Where the app under test listens: an address, a server, or an app that is given a port for the test.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** An Express app (or any request listener), a server, or the address of an app that is running. */
export type AppUnderTest = RequestListener | Server | TlsServer | string | URL;

export interface Target {
  /** Where requests go on the wire; the path of an address that was given. */
  readonly url: URL;
  /** Whether we opened the port, so that any name of this machine leads to it. */
  readonly isOurs: boolean;
  close(): Promise<void>;
}

const addressOf = (server: Server | TlsServer): URL => {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('signedIn: the server does not listen on a port');
  }
  const { port, family, address: host } = address as AddressInfo;
  const wildcard = host === '::' || host === '0.0.0.0';
  const name = wildcard ? '127.0.0.1' : family === 'IPv6' ? `[${host}]` : host;
  return new URL(`${server instanceof TlsServer ? 'https' : 'http'}://${name}:${port}`);
};

/** Listens on a free port of this machine, without keeping the process alive. */
const open = (server: Server | TlsServer): Promise<Target> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed());
          if ('closeAllConnections' in server) server.closeAllConnections();
        });
      resolve({ url: addressOf(server), isOurs: true, close });
    });
  });

export const openTarget = async (app: AppUnderTest): Promise<Target> => {
  if (typeof app === 'string' || app instanceof URL) {
    return { url: new URL(app), isOurs: false, close: async () => undefined };
  }
  if (typeof app === 'function') return open(createServer(app));
  return app.listening ? { url: addressOf(app), isOurs: false, close: async () => undefined } : open(app);
};
