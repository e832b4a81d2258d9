// Opens and closes the provider's own port.
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** An open port. */
export interface ListeningServer {
  readonly port: number;
  /** Finishes what is under way, for at most five seconds. Safe to call twice. */
  close(): Promise<void>;
}

const graceMilliseconds = 5000;

/** Listens on a port; 0 takes a free one. */
export async function listen(handler: RequestListener, port: number, host: string): Promise<ListeningServer> {
  // Sign-in requests are small and quick, so slow senders need not be waited for.
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 },
    handler,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  let closing: Promise<void> | null = null;

  const closeNow = async (): Promise<void> => {
    let open = true;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        open = false;
        resolve();
      });
    });
    // A browser's idle keep-alive connection would hold the server open until its timeout.
    for (let waited = 0; open && waited < graceMilliseconds; waited += 20) {
      server.closeIdleConnections();
      await Promise.race([closed, wait(20, undefined, { ref: false })]);
    }
    server.closeAllConnections();
    await closed;
  };

  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close() {
      closing ??= closeNow();
      return closing;
    },
  };
}
