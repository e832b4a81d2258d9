// The app behind a proxy that ends TLS, as in production: its public address, and browsers that reach it there.
import { type AppWorld, type AppWorldOptions, startAppWorld } from './app-world.ts';
import { type BrowserClient, createBrowserClient, type Visit } from './browser-client.ts';

export const publicOrigin = 'https://app.example';

export interface HttpsSite extends AsyncDisposable {
  readonly world: AppWorld;
  browser(): BrowserClient;
  /** A whole login; every hop goes into `trail`, when given. */
  signIn(browser: BrowserClient, path?: string, trail?: Visit[]): Promise<Visit>;
  whoIs(browser: BrowserClient): Promise<number>;
}

export const startHttpsSite = async (given: AppWorldOptions = {}): Promise<HttpsSite> => {
  const world = await startAppWorld({ baseUrl: publicOrigin, trustProxy: 1, ...given });
  return {
    world,
    browser: () => createBrowserClient({ behindProxy: { [publicOrigin]: `http://127.0.0.1:${world.port}` } }),
    signIn: async (browser, path = '/protected', trail = []) =>
      browser.followAll(await browser.get(publicOrigin + path), 20, trail),
    whoIs: async (browser) => (await browser.fetchJson(`${publicOrigin}/api/me`)).status,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};
