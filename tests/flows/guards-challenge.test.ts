// What a refusal says in its header, and how a form or a page comes back after login.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import { ask, pageNavigation, requestKinds, scriptFetch } from '../support/request-kinds.ts';

let world: AppWorld;
const ran: string[] = [];
const act = (req: Request, res: Response): void => {
  ran.push(req.method);
  res.json({ ran: true });
};
const oddNames = ['plain', 'with "quotes"', 'back\\slash', 'new\r\nline: x', 'é', 'tab\t', ''];

beforeAll(async () => {
  world = await startLibraryWorld((app, auth) => {
    app.all('/form', auth.currentUser(), act);
    app.all('/odd-scope', auth.currentUser({ scope: oddNames }), act);
    app.all('/odd-acr', auth.currentUser({ acr: 'odd" value\r\nX-Injected: 1' }), act);
    app.all('/api-only', auth.currentUser({ unauthenticated: '401' }), act);
    app.all('/always-login', auth.currentUser({ unauthenticated: 'login' }), act);
  });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.provider.reset();
  ran.splice(0);
});

/** RFC 6750 section 3: the attributes, each with characters that it allows. */
const attributesOf = (header: string): Record<string, string> => {
  expect(header).toMatch(
    /^Bearer [a-z_]+="[\x20-\x21\x23-\x5b\x5d-\x7e]*"(?:, [a-z_]+="[\x20-\x21\x23-\x5b\x5d-\x7e]*")*$/,
  );
  const pairs = [...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]);
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
};

describe('the challenge', () => {
  it.each([
    ['no credential', {}, ['realm']],
    ['a bad header', { authorization: 'Bearer "x", realm="evil"' }, ['realm', 'error', 'error_description']],
    ['a bad cookie', { cookie: 'latchkey.sid=s%3Ax.y; latchkey.token=", realm="evil' }, ['realm', 'error']],
  ])('RS-09: for %s holds each attribute once and nothing that was sent', async (_what, headers, names) => {
    const answer = await ask(`${world.url}/form`, scriptFetch, { host: 'evil.example', ...headers });
    const attributes = attributesOf(String(answer.headers['www-authenticate']));
    expect(Object.keys(attributes)).toEqual(names);
    expect(attributes.realm).toBe(`localhost:${world.port}`);
  });

  it.each(['/odd-scope', '/odd-acr'])('RS-09: at %s odd names of an app end no header', async (path) => {
    const browser = world.browser();
    await world.signIn(browser, '/form');
    const answer = await browser.fetchJson(world.url + path);
    expect([401, 403]).toContain(answer.status);
    const attributes = attributesOf(String(answer.headers['www-authenticate']));
    expect(Object.keys(attributes)).toEqual(['realm', 'error', path === '/odd-acr' ? 'acr_values' : 'scope']);
    expect(answer.headers['x-injected']).toBeUndefined();
  });
});

describe('a person without a session', () => {
  it('comes back to the same address with its query after login', async () => {
    const page = await world.signIn(world.browser(), '/form?a=1&b=%20two');
    expect(page.status).toBe(200);
    expect(page.url).toBe(`${world.url}/form?a=1&b=%20two`);
  });

  it.each(['POST', 'PUT', 'DELETE'])('who sends a form with %s is redirected with 303', async (method) => {
    const answer = await ask(`${world.url}/form`, pageNavigation, {}, method);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toContain(`${world.provider.issuer}/authorize?`);
    expect(ran).toEqual([]);
  });

  it.each(['GET', 'HEAD'])('who opens a page with %s is redirected with 302', async (method) => {
    expect((await ask(`${world.url}/form`, pageNavigation, {}, method)).status).toBe(302);
  });

  it('sends a form once: after login the page is opened anew and the fields are nowhere', async () => {
    const browser = world.browser();
    const first = await browser.post(`${world.url}/form?step=2`, { card: '4111-secret' });
    const trail = [first];
    const page = await browser.followAll(first, 9, trail);
    expect(page.url).toBe(`${world.url}/form?step=2`);
    expect(ran).toEqual(['GET']);
    expect(trail.map(({ url, location }) => url + location).join()).not.toContain('4111-secret');
    const toProvider = world.provider.calls().map(({ body, query }) => body + query);
    expect(toProvider.join()).not.toContain('4111-secret');
  });

  it('is not sent to log in by the address of another host', async () => {
    const browser = world.browser();
    const first = await browser.get(`${world.url}//evil.example/form`, { headers: { host: 'evil.example' } });
    expect(first.location ?? '').not.toMatch(/^https?:\/\/evil/);
  });
});

describe('a guard told how to treat visitors', () => {
  it('answers 401 to everybody with `401`, pages included', async () => {
    for (const kind of requestKinds) {
      const answer = await ask(`${world.url}/api-only`, kind);
      expect([answer.status, answer.headers.location], kind.name).toEqual([401, undefined]);
      expect(answer.headers['www-authenticate'], kind.name).toContain('realm=');
    }
    expect(world.provider.calls('authorize')).toEqual([]);
  });

  it('sends everybody to log in with `login`, except for a bad header', async () => {
    for (const kind of requestKinds) {
      const answer = await ask(`${world.url}/always-login`, kind);
      expect(answer.status, kind.name).toBe(302);
      const refused = await ask(`${world.url}/always-login`, kind, { authorization: 'Bearer x' });
      expect([refused.status, refused.headers.location], kind.name).toEqual([401, undefined]);
    }
  });
});
