// Stands between an app and Redis: can lose the answer to a command that was carried out, and can break connections.
import { connect, createServer, type Socket } from 'node:net';

export interface RedisProxy extends AsyncDisposable {
  readonly url: string;
  /** The next command of this name is carried out, and its connection ends before the answer is passed on. */
  loseAnswerTo(command: string): void;
  /** Whether that has happened. */
  readonly hasLost: boolean;
  /** How many connections there were. */
  readonly connections: number;
}

/** Starts one for the server on `port`. */
export const startRedisProxy = async (port: number): Promise<RedisProxy> => {
  let wanted: string | null = null;
  let hasLost = false;
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(port, '127.0.0.1');
    let isDoomed = false;
    const end = () => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', end).on('close', end);
    }
    client.on('data', (chunk) => {
      if (wanted !== null && chunk.toString('latin1').includes(`\r\n${wanted}\r\n`)) {
        wanted = null;
        isDoomed = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isDoomed) return void client.write(chunk);
      hasLost = true;
      end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    loseAnswerTo(command) {
      wanted = command;
      hasLost = false;
    },
    get hasLost() {
      return hasLost;
    },
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
