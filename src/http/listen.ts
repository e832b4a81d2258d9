// A listening server: limits against slow and broken clients, and a close that finishes what is under way.
import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** An open port. */
export interface ListeningServer {
  readonly port: number;
  /**
   * Takes no more connections, finishes requests under way, and gives up on them in the end. Safe to call twice.
   * @param graceMs - how long requests have. Default: 10 s
   * @param idleMs - how long idle connections stay open, for one more request each. Default: not at all. Good where
   * another process serves on, as a client that is just about to send would lose its request
   */
  close(graceMs?: number, idleMs?: number): Promise<void>;
}

const defaultGraceMs = 10_000;

/** What a client is given in time, in milliseconds. Node looks every 30 s by default, so the limits would come late. */
export const clientLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};

/** Listens on a port; 0 takes a free one. Rejects when the address is taken. */
export async function listen(
  handler: RequestListener,
  port: number,
  host: string,
  limits: typeof clientLimits = clientLimits,
): Promise<ListeningServer> {
  const server = createServer(limits, handler);
  server.on('clientError', (error, socket) => {
    const tooLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW';
    const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  let closing: Promise<void> | null = null;
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close(graceMs = defaultGraceMs, idleMs = 0) {
      closing ??= close(server, graceMs, idleMs);
      return closing;
    },
  };
}

/** `close` alone waits for idle keep-alive connections, so those are closed until all work is done. */
async function close(server: Server, graceMs: number, idleMs: number): Promise<void> {
  let open = true;
  const closed = new Promise<void>((resolve) => {
    const isClosed = () => {
      open = false;
      resolve();
    };
    // That of node:http would close idle connections at once.
    if (idleMs > 0) NetServer.prototype.close.call(server, isClosed);
    else server.close(isClosed);
  });
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  for (let waited = 0; open && waited < graceMs; waited += 20) {
    if (waited >= idleMs) server.closeIdleConnections();
    await Promise.race([closed, wait(20)]);
  }
  server.closeAllConnections();
  await closed;
}
