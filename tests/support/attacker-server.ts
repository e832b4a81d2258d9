// A listener that must never be called: it records every connection and request, to prove that no fetch went out.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface AttackerHit {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AttackerServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly hits: readonly AttackerHit[];
  /** Connections, also those that never became a request (a TLS handshake, a half line). */
  readonly connections: number;
  /** What it answers; by default 200 and an empty JSON object. */
  answer: { status: number; headers: Record<string, string>; body: string };
  close(): Promise<void>;
}

export const startAttackerServer = async (): Promise<AttackerServer> => {
  const hits: AttackerHit[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      hits.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(attacker.answer.status, attacker.answer.headers).end(attacker.answer.body);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const attacker: AttackerServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    hits,
    get connections() {
      return connections;
    },
    answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    [Symbol.asyncDispose]: () => attacker.close(),
  };
  return attacker;
};
