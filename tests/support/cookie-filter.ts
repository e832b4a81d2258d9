// A proxy that lets only some of the app's cookies through to the browser, as browsers and proxies do that lose them.
import { request as send } from 'node:http';
import { listen } from '../../src/http/listen.ts';
import { type DemoApp, startDemoApp } from './demo-app.ts';
import { freePort } from './free-port.ts';

export interface FilteredApp extends DemoApp {
  /** Which Set-Cookie lines reach the browser. May be changed at any time. */
  lets: (setCookie: string) => boolean;
}

/** The demo app behind such a proxy; `url` is the proxy's. */
export const startFilteredApp = async (environment: Record<string, string> = {}): Promise<FilteredApp> => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const app = await startDemoApp({ ...environment, BASE_URL: url });
  const proxy = await listen(
    (req, res) => {
      const { method = 'GET', url: path = '/', headers } = req;
      const out = send({ host: '127.0.0.1', port: app.port, method, path, headers }, (answer) => {
        const kept = (answer.headers['set-cookie'] ?? []).filter((line) => filtered.lets(line));
        res.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'set-cookie': kept });
        answer.pipe(res);
      });
      out.on('error', () => res.destroy());
      req.pipe(out);
    },
    port,
    '127.0.0.1',
  );
  const filtered: FilteredApp = {
    url,
    port,
    lets: () => true,
    async [Symbol.asyncDispose]() {
      await proxy.close(500);
      await app[Symbol.asyncDispose]();
    },
  };
  return filtered;
};
