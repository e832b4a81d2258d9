// Stands between a client and a server, and can fall silent: connections stay open, new ones too, and nothing passes.
import { connect, createServer, type Socket } from 'node:net';

export interface QuietProxy extends AsyncDisposable {
  readonly port: number;
  fallSilent(): void;
  /** For new connections; those that hung stay silent, as with a firewall that has forgotten them. */
  speakAgain(): void;
}

/** Starts one for the server on `port` of this machine. */
export const startQuietProxy = async (port: number): Promise<QuietProxy> => {
  let isSilent = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client.on('error', () => client.destroy()));
    if (isSilent) return;
    const upstream = connect(port, '127.0.0.1');
    sockets.add(upstream.on('error', () => client.destroy()));
    let isStuck = false;
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        isStuck ||= isSilent;
        if (!isStuck) to.write(chunk);
      });
      from.on('close', () => to.destroy());
    };
    pass(client, upstream);
    pass(upstream, client);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    fallSilent() {
      isSilent = true;
    },
    speakAgain() {
      isSilent = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
