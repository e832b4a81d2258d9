// Runs the examples of docs/coming-from at one test provider, and asks them as programs and people do.
import type { Express } from 'express';
import request from 'supertest';
import { type Auth, type AuthOptions, createAuth } from '../../src/index.ts';
import { startTestProvider, type TestProvider, testAuthOptions } from '../../src/testing.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';

export interface ExampleKit {
  readonly provider: TestProvider;
  /** Moves the clock of provider and apps on. */
  pass(seconds: number): void;
  nowSeconds(): number;
  options(overrides?: Partial<AuthOptions>): AuthOptions;
  /** An app made from an auth object of its own, or from the one that is given. */
  app(make: (auth: Auth) => Express, auth?: Auth): Express;
  /** Remembers the auth object, to close it at the end. */
  keep<T extends { readonly auth: Auth }>(site: T): T;
  /** Sends a bearer token with these claims; those that are `undefined` are left out. */
  bear(app: Express, path: string, claims?: Record<string, unknown>, how?: Method): Promise<request.Response>;
  close(): Promise<void>;
}

/** Asks as a program does. */
export const ask = (
  app: Express,
  path: string,
  headers: Record<string, string> = {},
  method: Method = 'get',
): Promise<request.Response> =>
  Promise.resolve(
    request(app)
      [method](path)
      .set({ accept: 'application/json', ...headers }),
  );

/** Asks as a browser does when somebody opens a page. */
export const openPage = (app: Express, path: string): Promise<request.Response> =>
  ask(app, path, {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
  });

export const startExampleKit = async (): Promise<ExampleKit> => {
  let ahead = 0;
  const provider = await startTestProvider({ now: () => Date.now() + ahead });
  const auths = new Set<Auth>();
  const keep: ExampleKit['keep'] = (site) => {
    auths.add(site.auth);
    return site;
  };
  const kit: ExampleKit = {
    provider,
    pass(seconds) {
      ahead += seconds * 1000;
    },
    nowSeconds: () => Math.floor(provider.now() / 1000),
    options: (overrides = {}) => testAuthOptions(provider, overrides),
    app: (make, auth = createAuth(kit.options())) => make(keep({ auth }).auth),
    keep,
    async bear(app, path, claims = {}, how = 'get') {
      const token = await provider.accessToken(claims);
      return ask(app, path, { authorization: `Bearer ${token}` }, how);
    },
    async close() {
      await Promise.all([...auths].map((auth) => auth.close()));
      await provider.close();
    },
  };
  return kit;
};
