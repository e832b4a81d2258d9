// An attacker's page sends requests with the victim's cookies: nothing that changes something gets through.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { sendRequest } from '../support/browser-request.ts';

let world: AppWorld;
let cookie = '';
let browser: BrowserClient;
const done: string[] = [];

beforeAll(async () => {
  world = await startLibraryWorld((app, auth) => {
    const act = (req: Request, res: Response): void => {
      done.push(`${req.method} ${req.auth?.subject ?? 'anonymous'}`);
      res.json({ done: true });
    };
    app.all('/transfer', auth.currentUser(), act);
    app.all('/optional', auth.currentUser({ optional: true }), act);
    app.all('/token', auth.authenticated(), act);
    app.all('/needs', auth.currentUser({ permissions: ['nobody has this'] }), act);
  });
  browser = world.browser();
  await world.signIn(browser, '/transfer');
  cookie = browser.cookies.header(world.url, 'strict') ?? '';
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => void done.splice(0));

const send = (path: string, headers: Record<string, string>, method = 'POST') =>
  sendRequest(
    { method, url: world.url + path, headers: { cookie, accept: '*/*', ...headers }, body: null },
    { behindProxy: {}, timeoutMs: 5000 },
  );
const own = (): string => `http://localhost:${world.port}`;

type Refused = readonly [id: string, what: string, headers: () => Record<string, string>];
const refused: readonly Refused[] = [
  ['WB-08a', 'another site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })],
  [
    'WB-08a',
    'another site that forges our Origin',
    () => ({ 'sec-fetch-site': 'cross-site', origin: own() }),
  ],
  ['WB-08b', 'a sibling host', () => ({ 'sec-fetch-site': 'same-site', origin: own() })],
  ['WB-08b', 'an address that was typed', () => ({ 'sec-fetch-site': 'none' })],
  ['WB-08c', 'an old browser on another origin', () => ({ origin: 'https://evil.example' })],
  ['WB-08c', 'our host on another port', () => ({ origin: 'http://localhost:1' })],
  ['WB-08c', 'our host with another scheme', () => ({ origin: own().replace('http', 'https') })],
  ['WB-08c', 'a host that begins like ours', () => ({ origin: `${own()}.evil.example` })],
  ['WB-08c', 'our origin with a path', () => ({ origin: `${own()}/` })],
  ['WB-08c', 'our origin twice', () => ({ origin: `${own()}, https://evil.example` })],
  ['WB-08d', 'a client that says nothing', () => ({})],
  ['WB-08d', 'only a Referer of ours', () => ({ referer: `${own()}/page` })],
  ['WB-08e', 'a sandboxed frame', () => ({ origin: 'null' })],
  ['WB-08e', 'an odd value', () => ({ 'sec-fetch-site': 'same-origin, cross-site', origin: own() })],
];

describe('a request with the cookies of a signed-in person', () => {
  it.each(refused)('%s: is refused from %s', async (_id, _what, headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/transfer', '/optional', '/token', '/needs']) {
        const answer = await send(path, headers(), method);
        expect(answer.status, `${method} ${path}`).toBe(403);
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'cross_site_request' });
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(answer.headers.location).toBeUndefined();
      }
    }
    expect(done).toEqual([]);
  });

  it.each([
    ['a page of ours', () => ({ 'sec-fetch-site': 'same-origin', origin: own() })],
    ['a page of ours that sends no Origin', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['a page of ours in an old browser', () => ({ origin: own() })],
  ])('WB-08f: is carried out from %s', async (_what, headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await send('/transfer', headers(), method)).status).toBe(200);
    expect(done).toHaveLength(4);
  });

  it('reads need no proof: a link on another site opens the page', async () => {
    for (const method of ['GET', 'HEAD'])
      expect((await send('/transfer', { 'sec-fetch-site': 'cross-site' }, method)).status).toBe(200);
  });

  it('is refused before anything is said about what the person may do', async () => {
    const answer = await send('/needs', { origin: 'https://evil.example' });
    expect(answer.body).not.toContain('nobody has this');
  });

  it('writes one event for the refusal, with the person and the reason', async () => {
    const before = world.events.length;
    await send('/transfer', { origin: 'https://evil.example' });
    expect(world.events.slice(before)).toMatchObject([
      { type: 'access_refused', code: 'cross_site_request', subject: 'user-ada', path: '/transfer' },
    ]);
  });
});

describe('a real browser on the attacker’s page', () => {
  it('WB-08a: a cross-site form arrives without cookies, and does nothing', async () => {
    const answer = await browser.post(
      `${world.url}/transfer`,
      { to: 'eve' },
      { from: 'https://evil.example/' },
    );
    expect(answer.requestHeaders.cookie).toBeUndefined();
    expect(answer.status).toBe(303);
    expect(answer.location).toContain('/authorize?');
    expect(done).toEqual([]);
  });

  it('a form for everybody is taken from a visitor: there is no credential to misuse', async () => {
    const visitor = world.browser();
    const answer = await visitor.post(`${world.url}/optional`, {}, { from: 'https://partner.example/' });
    expect(answer.status).toBe(200);
    expect(done).toEqual(['POST anonymous']);
  });
});
