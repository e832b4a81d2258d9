// The listening server: limits against slow and broken clients, and a stop that finishes what is under way.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** Stops taking connections, finishes requests under way, and gives up on them after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** What a client is given in time, in milliseconds. Node looks every 30 s by default, so the limits would come late. */
export const clientLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};

/** Starts listening. Rejects when the address is taken. */
export function listen(
  handler: RequestListener,
  port: number,
  host: string,
  limits: typeof clientLimits = clientLimits,
): Promise<RunningServer> {
  const server = createServer(limits, handler);
  server.maxRequestsPerSocket = 10_000;
  server.on('clientError', (_error, socket) => {
    const tooLarge = 'code' in _error && _error.code === 'HPE_HEADER_OVERFLOW';
    const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        stop: (graceMs) => stop(server, graceMs ?? 10_000),
      });
    });
  });
}

/** `close` alone waits for idle keep-alive sockets, so those are closed again and again until all work is done. */
function stop(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
