// The app behind a real nginx with the shipped configuration, and requests to it byte by byte, over TLS or not.
import { type AppWorld, type AppWorldOptions, startAppWorld } from './app-world.ts';
import { freePort } from './free-port.ts';
import { startNginx, type TestNginx } from './nginx.ts';
import { type RawAnswer, rawRequest, requestText } from './raw-http.ts';

export interface NginxSite extends AsyncDisposable {
  readonly world: AppWorld;
  readonly nginx: TestNginx;
  /** The public address, without the path of the base URL. */
  readonly origin: string;
  /** One answer over TLS, to a request written by hand. The connection is closed after it. */
  secure(lines: readonly string[], body?: string): Promise<RawAnswer>;
  /** The same over plain http. */
  plain(lines: readonly string[]): Promise<RawAnswer>;
}

const ask = async (port: number, isTls: boolean, lines: readonly string[], body = ''): Promise<RawAnswer> => {
  const text = requestText([...lines, 'Connection: close'], body);
  const { answers } = await rawRequest(port, text, { isTls, quietMs: 1000 });
  const [answer, ...more] = answers;
  if (answer === undefined || more.length > 0) throw new Error(`${answers.length} answers to ${lines[0]}`);
  return answer;
};

/** @param change - makes another configuration of the shipped one */
export const startNginxSite = async (
  given: AppWorldOptions & { readonly path?: string } = {},
  change?: (configuration: string) => string,
): Promise<NginxSite> => {
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const origin = `https://localhost:${httpsPort}`;
  const { path = '', ...options } = given;
  const world = await startAppWorld({ baseUrl: origin + path, trustProxy: ['loopback'], ...options });
  const nginx = await startNginx({ httpPort, httpsPort, nodes: [world.port] }, change);
  return {
    world,
    nginx,
    origin,
    secure: (lines, body) => ask(httpsPort, true, lines, body),
    plain: (lines) => ask(httpPort, false, lines),
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
};

export const cookiesIn = ({ headers }: RawAnswer): readonly string[] =>
  headers.flatMap(([name, value]) => (name.toLowerCase() === 'set-cookie' ? [value] : []));
