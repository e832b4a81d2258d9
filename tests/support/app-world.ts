// The whole app inside a test: a scripted provider, a store of either kind, its log lines, and a clock to move.
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { type AppParts, createApp } from '../../src/app/app.ts';
import type { AppDirectory } from '../../src/app/app-directory.ts';
import { createLog } from '../../src/app/log.ts';
import { embeddedSessions, memorySessions } from '../../src/embedded.ts';
import { listen } from '../../src/http/listen.ts';
import { type Auth, type AuthEvent, type AuthOptions, createAuth } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { type BrowserClient, createBrowserClient, type Visit } from './browser-client.ts';
import { freePort } from './free-port.ts';
import type { TestRedis } from './redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from './scripted-provider.ts';

export interface AppWorldOptions {
  /** Started and closed with the world when left out. */
  readonly provider?: ScriptedProvider;
  /** Sessions live in it. Default: in memory. */
  readonly redis?: TestRedis;
  /** Sessions live in a file instead of in memory. */
  readonly embeddedFile?: boolean;
  /** Over the defaults: issuer, client, base URL, secret and sessions are set. */
  readonly auth?: Partial<AuthOptions>;
  /** The public address, where a proxy is thought to stand in front. Default: the app's own. */
  readonly baseUrl?: string;
  readonly trustProxy?: number | readonly string[] | null;
  readonly logLevel?: string;
  /** The app's start page asks the provider who is there. */
  readonly silentSignIn?: boolean;
  readonly corsOrigins?: readonly string[];
  /** The JSON API for accounts. */
  readonly userApi?: AppParts['userApi'];
  /** App worlds only: who counts what happens. */
  readonly metrics?: AppParts['metrics'];
  /** App worlds only: the app gets its pages of administrators with it. */
  readonly people?: AppDirectory;
  /** Mounted before latchkey's routes (library worlds only). */
  readonly before?: (app: Express, auth: Auth) => void;
}

export interface AppWorld extends AsyncDisposable {
  /** The address the app listens on: `http://localhost:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly auth: Auth;
  readonly provider: ScriptedProvider;
  /** Everything that was logged, as one text and as lines. */
  logText(): string;
  logLines(): readonly Record<string, unknown>[];
  /** Library worlds only: the events. */
  readonly events: readonly AuthEvent[];
  /** Moves the app's clock; the provider's moves with it when the world started it. */
  advance(seconds: number): void;
  readonly now: () => number;
  /** A new person's browser. */
  browser(): BrowserClient;
  /** Opens `path` and follows every redirect; with the honest provider that is a whole login. */
  signIn(browser: BrowserClient, path?: string): Promise<Visit>;
  /** Who `/api/me` says it is: the subject, or the status as text. */
  whoIs(browser: BrowserClient): Promise<string>;
}

export const testSecret = 'a test secret of more than thirty-two characters';

interface Prepared {
  readonly port: number;
  readonly options: Omit<AuthOptions, 'pages' | 'onEvent'>;
  readonly provider: ScriptedProvider;
  readonly clock: { offset: number; now: () => number };
  cleanUp(): Promise<void>;
}

const prepare = async (given: AppWorldOptions): Promise<Prepared> => {
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  const provider = given.provider ?? (await startScriptedProvider({ now: clock.now }));
  const port = await freePort();
  const folder = given.embeddedFile === true ? mkdtempSync(join(tmpdir(), 'latchkey-sessions-')) : null;
  const sessions = (): AuthOptions['sessions'] => {
    if (given.redis !== undefined) return redisSessions(given.redis.url);
    return folder === null ? memorySessions() : embeddedSessions(join(folder, 'sessions.sqlite'));
  };
  return {
    port,
    provider,
    clock,
    options: {
      issuer: provider.issuer,
      clientId: testClient.clientId,
      clientSecret: testClient.clientSecret ?? '',
      baseUrl: given.baseUrl ?? `http://localhost:${port}`,
      sessionSecret: testSecret,
      sessions: sessions(),
      providerTimeoutSeconds: 2,
      clock: clock.now,
      // All of a test comes from one address; tests of limits set their own.
      limits: false,
      ...given.auth,
    },
    async cleanUp() {
      if (given.provider === undefined) await provider.close();
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
};

const open = async (
  prepared: Prepared,
  handler: RequestListener,
  auth: Auth,
  seen: { lines: string[]; events: AuthEvent[] },
): Promise<AppWorld> => {
  const { port, provider, clock } = prepared;
  const server = await listen(handler, port, '127.0.0.1');
  const url = `http://localhost:${port}`;
  const world: AppWorld = {
    url,
    port,
    auth,
    provider,
    events: seen.events,
    logText: () => seen.lines.join(''),
    logLines: () => seen.lines.map((line) => JSON.parse(line)),
    advance: (seconds) => {
      clock.offset += seconds * 1000;
    },
    now: clock.now,
    browser: () => createBrowserClient(),
    signIn: async (browser, path = '/protected') => browser.followAll(await browser.get(url + path)),
    async whoIs(browser) {
      const visit = await browser.fetchJson(`${url}/api/me`);
      return visit.status === 200 ? String(visit.json<{ subject: string }>().subject) : String(visit.status);
    },
    async [Symbol.asyncDispose]() {
      await server.close(500);
      await auth.close();
      await prepared.cleanUp();
    },
  };
  return world;
};

/** The app as people run it. */
export const startAppWorld = async (given: AppWorldOptions = {}): Promise<AppWorld> => {
  const prepared = await prepare(given);
  const lines: string[] = [];
  const log = createLog(given.logLevel ?? 'info', { write: (line: string) => void lines.push(line) });
  const { corsOrigins = [], silentSignIn = false, trustProxy = null } = given;
  const userApi = given.userApi === undefined ? {} : { userApi: given.userApi };
  const people = given.people === undefined ? {} : { people: given.people };
  const metrics = given.metrics ?? null;
  const serving = { log, metrics, trustProxy, corsOrigins, silentSignIn, ...userApi, ...people };
  const { app, auth } = createApp({ auth: prepared.options, ...serving });
  return open(prepared, app, auth, { lines, events: [] });
};

/** An Express app of a customer, with the library mounted. Sends the user as JSON at `/api/me`. */
export const startLibraryWorld = async (
  routes: (app: Express, auth: Auth) => void,
  given: AppWorldOptions = {},
): Promise<AppWorld> => {
  const prepared = await prepare(given);
  const events: AuthEvent[] = [];
  const auth = createAuth({
    ...prepared.options,
    onEvent: (event) => void events.push(event),
    ...given.auth,
  });
  const app = express();
  given.before?.(app, auth);
  app.use(auth.routes());
  app.get('/api/me', auth.currentUser(), (req, res) => void res.json({ subject: req.auth?.subject }));
  routes(app, auth);
  app.use(auth.errorHandler());
  return open(prepared, app, auth, { lines: [], events });
};
