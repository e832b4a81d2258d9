// Each guard, asked in each way, with each state of the credential: who gets in, and how the others are told.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { ask, requestKinds } from '../support/request-kinds.ts';

let world: AppWorld;
const cookies = new Map<string, string>();
let accessToken = '';

const show = (req: Request, res: Response): void => {
  const user = req.user === undefined ? 'not set' : (req.user?.sub ?? 'null');
  res.json({ subject: req.auth?.subject ?? null, user, handlerRan: true });
};

const cookieOf = (browser: BrowserClient): string => browser.cookies.header(world.url, 'strict') ?? '';
const part = (cookie: string, name: string): string =>
  cookie.split('; ').find((pair) => pair.startsWith(`${name}=`)) ?? '';
const value = (cookie: string, name: string): string => part(cookie, name).slice(name.length + 1);

const signedIn = async (): Promise<string> => {
  const browser = world.browser();
  expect((await world.signIn(browser, '/page')).status).toBe(200);
  return cookieOf(browser);
};

beforeAll(async () => {
  world = await startLibraryWorld((app, auth) => {
    app.get('/page', auth.currentUser(), show);
    app.get('/token', auth.authenticated(), show);
    app.get('/optional/page', auth.currentUser({ optional: true }), show);
    app.get('/optional/token', auth.authenticated({ optional: true }), show);
    app.get('/needs', auth.currentUser({ permissions: ['admin'] }), show);
    app.get('/optional/needs', auth.currentUser({ optional: true, permissions: ['admin'] }), show);
  });
  const { provider } = world;
  provider.bend.accessToken = () => {
    accessToken = `token-${Math.random()}`;
    return accessToken;
  };
  provider.accessTokenSeconds = 60;
  provider.refreshTokens = 'never';
  cookies.set('token expired', await signedIn());
  world.advance(120);
  provider.accessTokenSeconds = 3600;
  provider.refreshTokens = 'with_offline_access';

  const ended = world.browser();
  await world.signIn(ended, '/page');
  cookies.set('session gone', cookieOf(ended));
  await ended.post(`${world.url}/logout`);

  const waiting = world.browser();
  await waiting.get(`${world.url}/page`);
  const transaction = cookieOf(waiting).split('=').slice(1).join('=');

  const other = await signedIn();
  const good = await signedIn();
  const sid = part(good, 'latchkey.sid');
  const token = value(good, 'latchkey.token');
  const flipped = token.slice(0, -4) + (token.at(-4) === 'A' ? 'B' : 'A') + token.slice(-3);
  cookies.set('none', '');
  cookies.set('good', good);
  cookies.set('session cookie alone', sid);
  cookies.set('token tampered', `${sid}; latchkey.token=${flipped}`);
  cookies.set('token is no seal', `${sid}; latchkey.token=${accessToken}`);
  cookies.set('transaction pasted as token', `${sid}; latchkey.token=${transaction}`);
  cookies.set('token cookie alone', `latchkey.token=${token}`);
  cookies.set('token of another session', `${sid}; ${part(other, 'latchkey.token')}`);
  cookies.set(
    'session id unsigned',
    `latchkey.sid=${value(sid, 'latchkey.sid').slice(4, 36)}; latchkey.token=${token}`,
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const guards = [
  { path: '/page', optional: false, user: 'user-ada', forbids: false },
  { path: '/token', optional: false, user: 'not set', forbids: false },
  { path: '/optional/page', optional: true, user: 'user-ada', forbids: false },
  { path: '/optional/token', optional: true, user: 'not set', forbids: false },
  { path: '/needs', optional: false, user: 'user-ada', forbids: true },
  { path: '/optional/needs', optional: true, user: 'user-ada', forbids: true },
] as const;
type GuardCase = (typeof guards)[number];

const notPresented = ['none', 'session cookie alone'];
const tampered = ['token tampered', 'token is no seal', 'transaction pasted as token'];
const bad = [
  'token expired',
  'session gone',
  'token cookie alone',
  'token of another session',
  'session id unsigned',
];
const headerCases = {
  'Bearer header': () => `Bearer ${accessToken}-changed`,
  'Basic header': () => 'Basic YWRhOmFkYQ==',
};

/** Everything that must be true of a 401, whoever asked. */
const expectRefused = async (guard: GuardCase, credential: string, presented: boolean): Promise<void> => {
  const isHeader = credential in headerCases;
  const header = isHeader ? { authorization: headerCases[credential as 'Bearer header']() } : {};
  const cookie = isHeader ? cookies.get('good') : cookies.get(credential);
  const extra = { ...header, ...(cookie ? { cookie } : {}) };
  for (const kind of requestKinds) {
    world.provider.forgetCalls();
    const answer = await ask(world.url + guard.path, kind, extra);
    const about = `${kind.name}, ${credential}`;
    expect(answer.body, about).not.toContain('handlerRan');
    expect(answer.headers['cache-control'], about).toBe('no-store');
    if (kind.isNavigation && !isHeader) {
      expect(answer.status, about).toBe(302);
      expect(answer.headers.location, about).toContain(`${world.provider.issuer}/authorize?`);
      continue;
    }
    expect(answer.status, about).toBe(401);
    expect(answer.headers.location, about).toBeUndefined();
    const challenge = `Bearer realm="localhost:${world.port}"${presented ? ', error="invalid_token"' : ''}`;
    const said = String(answer.headers['www-authenticate']);
    // Programs send headers, and their authors are told what is wrong.
    expect(isHeader ? said.split(', error_description="The ')[0] : said, about).toBe(challenge);
    const set = (answer.headers['set-cookie'] ?? []).join('\n');
    expect(set, about).not.toContain('latchkey.tx.');
    if (tampered.includes(credential)) expect(set, about).toMatch(/^latchkey\.token=; Max-Age=0/);
    if (kind.wantsPage) {
      expect(answer.headers['content-type'], about).toContain('text/html');
    } else {
      expect(answer.headers['content-type'], about).toContain('application/problem+json');
      expect(JSON.parse(answer.body), about).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
  }
};

describe.each(guards)('a guard at $path', (guard) => {
  if (!guard.optional) {
    it.each(notPresented)(
      'sends people to log in and answers 401 to the rest (credential: %s)',
      (credential) => expectRefused(guard, credential, false),
    );
    it.each([...tampered, ...bad])('treats a bad cookie like none, but says so (%s)', (credential) =>
      expectRefused(guard, credential, true),
    );
  } else {
    it.each([...notPresented, ...tampered, ...bad])(
      'lets a visitor in as anonymous (%s)',
      async (credential) => {
        for (const kind of requestKinds) {
          const cookie = cookies.get(credential) ?? '';
          const answer = await ask(world.url + guard.path, kind, cookie === '' ? {} : { cookie });
          expect(answer.status, kind.name).toBe(200);
          expect([answer.headers['cache-control'], answer.headers.vary], kind.name).toEqual([
            'no-store',
            'Cookie',
          ]);
          const user = guard.user === 'not set' ? 'not set' : 'null';
          expect(JSON.parse(answer.body), kind.name).toEqual({ subject: null, user, handlerRan: true });
        }
      },
    );
  }

  it.each(Object.keys(headerCases))('answers 401 to a %s even beside a good cookie', (credential) =>
    expectRefused(guard, credential, true),
  );

  it(
    guard.forbids ? 'forbids a signed-in person without the permission' : 'lets a signed-in person in',
    async () => {
      for (const kind of requestKinds) {
        const answer = await ask(world.url + guard.path, kind, { cookie: cookies.get('good') ?? '' });
        expect(answer.headers.location, kind.name).toBeUndefined();
        if (guard.forbids) {
          expect(answer.status, kind.name).toBe(403);
          expect(answer.body, kind.name).not.toContain('handlerRan');
          expect(answer.body, kind.name).toContain('admin');
        } else {
          expect(answer.status, kind.name).toBe(200);
          expect([answer.headers['cache-control'], answer.headers.vary], kind.name).toEqual([
            'no-store',
            'Cookie',
          ]);
          const seen = { subject: 'user-ada', user: guard.user, handlerRan: true };
          expect(JSON.parse(answer.body), kind.name).toEqual(seen);
        }
      }
    },
  );
});
