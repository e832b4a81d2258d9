// SE-01, 02, 09, 10, 11: what a browser is told to keep, how much of it, and never over plain http.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Visit } from '../support/browser-client.ts';
import { type HttpsSite, publicOrigin, startHttpsSite } from '../support/https-site.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let site: HttpsSite;
beforeAll(async () => {
  redis = await startRedis();
  site = await startHttpsSite({ redis });
});
beforeEach(async () => {
  site.world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

const ours = (trail: readonly Visit[]): readonly string[] =>
  trail.filter(({ url }) => url.startsWith(publicOrigin)).flatMap(({ setCookies }) => setCookies);
const cookieValue = (line: string): string => /^[^=]+=([^;]*)/.exec(line)?.[1] ?? '';

describe('the cookies of a login', () => {
  it('SE-01a, SE-01b: belong to this host alone, and no script and no foreign form reaches them', async () => {
    const trail: Visit[] = [];
    await site.signIn(site.browser(), '/protected', trail);
    const lines = ours(trail);
    const names = new Set(lines.map((line) => line.split('=')[0]?.replace(/\.tx\..+/, '.tx')));
    expect([...names].sort()).toEqual([
      ...['__Host-latchkey.rounds', '__Host-latchkey.sid', '__Host-latchkey.token', '__Host-latchkey.tx'],
    ]);
    for (const line of lines) {
      const flags = line.split('; ').slice(1);
      expect(flags).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']));
      expect(line).not.toMatch(/domain=/i);
    }
  });

  it('SE-01a: carry values that stand nowhere else, in no page, address or other header', async () => {
    const trail: Visit[] = [];
    const browser = site.browser();
    await site.signIn(browser, '/profile', trail);
    trail.push(await browser.fetchJson(`${publicOrigin}/api/me`), await browser.get(`${publicOrigin}/`));
    const values = ours(trail)
      .map(cookieValue)
      .filter((value) => value !== '');
    expect(values.length).toBeGreaterThanOrEqual(3);
    for (const { headers, body, url } of trail) {
      const { 'set-cookie': _, ...others } = headers;
      const seen = JSON.stringify(others) + body + url;
      for (const value of values) {
        expect(seen).not.toContain(value);
        expect(seen).not.toContain(decodeURIComponent(value).replace(/^s:/, '').split('.')[0]);
      }
    }
  });

  it('SE-01a: the access token lives as long in the browser as at the provider, the session cookie until it closes', async () => {
    site.world.provider.accessTokenSeconds = 777;
    const trail: Visit[] = [];
    await site.signIn(site.browser(), '/protected', trail);
    const token = ours(trail).find((line) => line.startsWith('__Host-latchkey.token='));
    const sid = ours(trail).find((line) => line.startsWith('__Host-latchkey.sid='));
    expect(token).toMatch(/Max-Age=77[67];/);
    expect(sid).not.toMatch(/max-age|expires/i);
  });
});

describe('a visitor who does not sign in', () => {
  it('SE-02: gets no cookie from a public page and leaves nothing in the store', async () => {
    const browser = site.browser();
    for (const path of ['/', '/logout', '/assets/latchkey.css', '/healthz', '/missing', '/api/me']) {
      const { setCookies } = await browser.fetchJson(publicOrigin + path);
      expect(setCookies).toEqual([]);
    }
    const home = await browser.get(`${publicOrigin}/`);
    expect([home.status, home.setCookies]).toEqual([200, []]);
    expect(await redis.keys()).toEqual([]);
  });
});

describe('large tokens and claims', () => {
  it.each([300, 1500, 2700, 4000, 5500, 8000, 12_000])(
    'SE-09a, SE-09b: an access token of %i bytes never makes a cookie or an answer that is too large',
    async (bytes) => {
      const token = randomBytes(bytes).toString('base64url').slice(0, bytes);
      site.world.provider.bend.accessToken = () => token;
      site.world.provider.user = {
        sub: 'user-ada',
        name: 'n'.repeat(2000),
        groups: Array(400).fill('a group'),
      };
      const trail: Visit[] = [];
      const browser = site.browser();
      const page = await site.signIn(browser, '/protected', trail);
      expect(page.status).toBe(200);
      for (const line of ours(trail)) {
        expect(Buffer.byteLength(line.split(';')[0] ?? '')).toBeLessThanOrEqual(4096);
      }
      for (const { url, headerBytes } of trail) {
        if (url.startsWith(publicOrigin)) expect(headerBytes).toBeLessThan(8192);
      }
      expect(browser.cookies.header(publicOrigin, 'strict')?.length).toBeLessThan(8192);
      expect(await site.whoIs(browser)).toBe(200);
    },
  );

  it('SE-09b: a second login, over the cookies of the first, stays below 8 KB too', async () => {
    site.world.provider.bend.accessToken = () => randomBytes(4000).toString('base64url');
    const browser = site.browser();
    for (let round = 0; round < 3; round += 1) {
      const trail: Visit[] = [];
      await site.signIn(browser, '/protected', trail);
      const again = await browser.followAll(await browser.get(`${publicOrigin}/login`), 20, trail);
      expect(again.status).toBe(200);
      for (const { requestHeaders, url } of trail) {
        if (url.startsWith(publicOrigin)) expect(requestHeaders.cookie?.length ?? 0).toBeLessThan(8192);
      }
    }
  });

  it('SE-09c: a cookie jar of 17 KB is refused with 431, and the next clean request works', async () => {
    const head = ['GET /protected HTTP/1.1', 'Host: app.example', 'X-Forwarded-Proto: https'];
    const cookie = `Cookie: ${Array.from({ length: 60 }, (_, index) => `c${index}=${'x'.repeat(290)}`).join('; ')}`;
    const full = await rawRequest(site.world.port, requestText([...head, cookie]));
    expect(full.answers.map(({ status }) => status)).toEqual([431]);
    expect(full.closedByServer).toBe(true);
    const clean = await rawRequest(
      site.world.port,
      requestText([...head, 'Accept: text/html', 'Connection: close']),
    );
    expect(clean.answers[0]?.status).toBe(302);
  });

  it('SE-10: two hundred junk cookies, some with our names, do not keep anybody from signing in', async () => {
    const browser = site.browser();
    for (let index = 0; index < 200; index += 1) {
      const name = index % 20 === 0 ? `__Host-latchkey.tx.${index}` : `junk${index}`;
      expect(browser.cookies.set(publicOrigin, `${name}=0123456789; Path=/; Secure`)).toBe(true);
    }
    const trail: Visit[] = [];
    const page = await site.signIn(browser, '/protected', trail);
    expect(page.status).toBe(200);
    expect(trail.length).toBeLessThanOrEqual(5);
    expect(await site.whoIs(browser)).toBe(200);
  });
});
