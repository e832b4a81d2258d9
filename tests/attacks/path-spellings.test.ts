// The guarded paths written another way, and asked for with another method: the guard is the same or the page is not there.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { ask, pageNavigation } from '../support/request-kinds.ts';
import { testUser } from '../support/scripted-provider.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ logLevel: 'trace' });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const signedIn = async (claims: Record<string, unknown> = {}): Promise<BrowserClient> => {
  world.provider.user = { ...testUser, ...claims };
  const browser = world.browser();
  await world.signIn(browser);
  return browser;
};
const cookieOf = (browser: BrowserClient) => browser.cookies.header(world.url, 'strict') ?? '';
/** The path goes out as it is written: a URL object would tidy it first. */
const raw = async (method: string, path: string, headers: Record<string, string> = {}) => {
  const lines = Object.entries({ host: `localhost:${world.port}`, connection: 'close', ...headers });
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, text]) => `${name}: ${text}`)];
  const { answers } = await rawRequest(world.port, requestText(head));
  const [answer] = answers;
  if (answer === undefined) throw new Error(`no answer to ${path}`);
  return answer;
};

describe('another spelling of a guarded path', () => {
  const spellings = [
    ['RS-17a', '/PROTECTED/PERMISSION'],
    ['RS-17a', '/API/ME'],
    ['RS-17b', '/protected/permission/'],
    ['RS-17b', '/api/me/'],
    ['RS-17c', '//protected/permission'],
    ['RS-17c', '/protected//permission'],
    ['RS-17d', '/%70rotected/%70ermission'],
    ['RS-17d', '/api/%6de'],
    ['RS-17e', '/protected/permission;x'],
    ['RS-17e', '/protected/permission%3bx'],
    ['RS-17f', '/x/..%2fprotected/permission'],
    ['RS-17f', '/x/../protected/permission'],
    ['RS-17f', '/./protected/permission'],
    ['RS-17f', '/protected/permission%00'],
    ['RS-17f', '/protected\\permission'],
  ] as const;

  it.each(spellings)('%s: %s shows nothing to a visitor', async (_id, path) => {
    const answer = await raw('GET', path, { accept: '*/*' });
    expect([400, 401, 404]).toContain(answer.status);
    expect(answer.body).not.toMatch(/Ada|Grace/);
  });

  it('RS-17: none of them shows the page to a person without the permission', async () => {
    const cookie = cookieOf(await signedIn({ permissions: [], name: 'Grace Hopper' }));
    for (const [, path] of spellings.filter(([, spelling]) => /permission/i.test(spelling))) {
      const answer = await raw('GET', path, { accept: '*/*', cookie });
      expect([400, 403, 404], path).toContain(answer.status);
      expect(answer.body, path).not.toContain('Grace');
    }
  });
});

describe('another method', () => {
  it('RS-18a: HEAD is guarded as GET is, and shows as little', async () => {
    const visitor = await raw('HEAD', '/protected/permission');
    expect([visitor.status, visitor.body]).toEqual([401, '']);
    const cookie = cookieOf(await signedIn({ permissions: [] }));
    expect((await raw('HEAD', '/protected/permission', { cookie })).status).toBe(403);
    const page = await ask(`${world.url}/protected`, pageNavigation, {}, 'HEAD');
    expect([page.status, page.body]).toEqual([302, '']);
  });

  it.each(['/api/me', '/protected'])(
    'RS-18b: OPTIONS %s needs no credential and gives no data',
    async (path) => {
      const answer = await raw('OPTIONS', path, {
        origin: 'https://evil.example',
        'access-control-request-method': 'GET',
        cookie: cookieOf(await signedIn()),
      });
      expect(answer.status).toBe(204);
      expect(answer.body).toBe('');
      expect(answer.header('access-control-allow-origin')).toBeNull();
    },
  );

  it.each(['x-http-method-override', 'x-method-override', 'x-http-method'])(
    'RS-18c: %s changes neither the method nor the guard',
    async (name) => {
      expect((await raw('GET', '/protected', { [name]: 'OPTIONS' })).status).toBe(401);
      const browser = await signedIn();
      const cookie = cookieOf(browser);
      await raw('GET', '/logout', { [name]: 'POST', cookie, 'sec-fetch-site': 'same-origin' });
      await raw('GET', '/logout?_method=POST', { cookie, 'sec-fetch-site': 'same-origin' });
      expect(await world.whoIs(browser)).toBe('user-ada');
    },
  );
});
