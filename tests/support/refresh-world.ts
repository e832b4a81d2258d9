// An app whose people's tokens end soon: its pages, what it asked the provider, and what its session record says.
import type { Express, Request, Response } from 'express';
import type { Auth } from '../../src/index.ts';
import type { SessionRecord } from '../../src/session/record.ts';
import { type AppWorld, type AppWorldOptions, startLibraryWorld } from './app-world.ts';
import type { BrowserClient, Visit } from './browser-client.ts';
import type { TestRedis } from './redis.ts';
import type { LoggedCall } from './scripted-provider/types.ts';

export interface RefreshWorld extends AppWorld {
  /** The calls to the token endpoint with a refresh token. */
  refreshes(): readonly LoggedCall[];
  /** Signs in; `due` lets time pass until the token is to be renewed, `dead` until it has ended. */
  signedIn(until?: 'fresh' | 'due' | 'dead'): Promise<BrowserClient>;
  who(browser: BrowserClient, path?: string): Promise<Who>;
}

/** What `/api/who` says. */
export interface Who {
  readonly status: number;
  readonly visit: Visit;
  readonly subject?: string;
  readonly scope: readonly string[];
  readonly permissions: readonly string[];
  readonly name?: string;
  readonly token?: string;
  readonly expiresAt?: number;
}

/** Seconds of a token here, and when it is due to be renewed. */
export const tokenLife = { seconds: 3600, due: 3575, dead: 3601 } as const;

const nameOf = ({ user }: Request): unknown => (user as Record<string, unknown> | null | undefined)?.name;

const show = async (req: Request, res: Response): Promise<void> => {
  const { auth } = req;
  if (auth === null || auth === undefined) {
    res.json({ subject: 'nobody', scope: [], permissions: [] });
    return;
  }
  const { subject, scope, permissions, expiresAt } = auth;
  res.json({
    ...{ subject, scope, permissions, expiresAt },
    name: nameOf(req),
    token: await auth.accessToken(),
  });
};

export const startRefreshWorld = async (
  options: AppWorldOptions = {},
  more: (app: Express, auth: Auth) => void = () => {},
): Promise<RefreshWorld> => {
  const world = await startLibraryWorld((app, auth) => {
    app.get('/page', auth.currentUser(), (req, res) => void res.send(`page of ${nameOf(req)}`));
    app.get('/api/who', auth.currentUser(), show);
    app.get('/optional', auth.currentUser({ optional: true }), show);
    app.get('/two', auth.authenticated(), auth.currentUser(), show);
    app.get('/reports', auth.currentUser({ permissions: ['reports:read'] }), show);
    more(app, auth);
  }, options);
  return {
    ...world,
    refreshes: () =>
      world.provider.calls('token').filter(({ form }) => form.get('grant_type') === 'refresh_token'),
    async signedIn(until = 'fresh') {
      const browser = world.browser();
      await world.signIn(browser, '/page');
      if (until !== 'fresh') world.advance(tokenLife[until]);
      return browser;
    },
    async who(browser, path = '/api/who') {
      const visit = await browser.fetchJson(world.url + path);
      return { ...visit.json<Omit<Who, 'status' | 'visit'>>(), status: visit.status, visit };
    },
  };
};

/** The session record as it stands in Redis, where there is one session. */
export const recordIn = async (redis: TestRedis): Promise<SessionRecord> => {
  const [key = ''] = await redis.keys('latchkey:session:*');
  const text = String(await redis.send('GET', key));
  return JSON.parse(Buffer.from(text).toString('utf8', 19, 19 + Number(text.slice(13, 19))));
};

/** Everything a browser has of latchkey's, as one header. */
export const cookieHeader = (world: AppWorld, browser: BrowserClient): string =>
  browser.cookies.header(world.url, 'strict') ?? '';
