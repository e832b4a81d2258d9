// Asks the system for a loopback port that nobody listens on.
import { createServer } from 'node:net';

/** A port of 127.0.0.1 that is free now: for a base URL that has to be known before the app listens. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
