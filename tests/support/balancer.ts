// A balancer in front of several nodes: one public address, and the test says which node answers the next request.
import { createServer, request as httpRequest, type Server } from 'node:http';
import { freePort } from './free-port.ts';

export interface Balancer extends AsyncDisposable {
  /** The public address: the base URL of every node behind it. */
  readonly url: string;
  /** Everything from here on goes to this node. */
  use(node: { readonly port: number }): void;
}

export const startBalancer = async (): Promise<Balancer> => {
  const port = await freePort();
  let target = 0;
  const server: Server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = httpRequest({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${port}`,
    use: (node) => {
      target = node.port;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
