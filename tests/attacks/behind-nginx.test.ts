// SE-11: a site behind a real nginx with the configuration that is shipped, TLS and all; and a path in the base URL.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { cookiesIn, type NginxSite, startNginxSite } from '../support/nginx-site.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let site: NginxSite;
beforeAll(async () => {
  provider = await startScriptedProvider();
  site = await startNginxSite({ provider });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await provider.close();
});
beforeEach(() => provider.reset());

const asPage = 'Accept: text/html';
const visit = async (browser: BrowserClient, url: string) => browser.followAll(await browser.get(url));

describe('plain http at nginx', () => {
  const lies = ['X-Forwarded-Proto: https', 'X-Forwarded-For: 127.0.0.1', 'Forwarded: proto=https', 'Via: x'];
  it.each(['/', '/login', '/protected?x=1'])(
    'SE-11c: a person at %s is sent to https of the known address, whatever host and headers say',
    async (path) => {
      const answer = await site.plain([`GET ${path} HTTP/1.1`, 'Host: evil.example', asPage, ...lies]);
      expect([answer.status, answer.header('location')]).toEqual([308, site.origin + path]);
      expect(cookiesIn(answer)).toEqual([]);
    },
  );

  it.each(['GET /api/me', 'POST /logout'])(
    'SE-11c: a program is refused at %s: it would have sent its credential in the clear',
    async (target) => {
      const answer = await site.plain([
        `${target} HTTP/1.1`,
        'Host: localhost',
        'Accept: application/json',
        'Content-Length: 0',
        ...lies,
      ]);
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'transport_insecure']);
      expect(cookiesIn(answer)).toEqual([]);
    },
  );
});

describe('behind nginx', () => {
  it('signs people in over TLS with cookies for https alone, also with a large access token', async () => {
    provider.bend.accessToken = () => 'a'.repeat(2700);
    const browser = createBrowserClient();
    const trail: Visit[] = [];
    const page = await browser.followAll(await browser.get(`${site.origin}/protected`), 20, trail);
    expect(page.status).toBe(200);
    // More than nginx would take without being told to.
    expect(Math.max(...trail.map(({ headerBytes }) => headerBytes))).toBeGreaterThan(4096);
    expect(browser.cookies.names(site.origin)).not.toEqual([]);
    expect(browser.cookies.names(site.origin).every((name) => name.startsWith('__Host-'))).toBe(true);
    expect((await browser.fetchJson(`${site.origin}/api/me`)).status).toBe(200);
    expect(site.nginx.errors()).toBe('');
  });

  it('SE-11b: what a visitor says about addresses is replaced: neither log nor judgement follows it', async () => {
    const before = site.world.logLines().length;
    const forged = ['X-Forwarded-For: 192.0.2.66', 'X-Forwarded-Proto: http', 'Forwarded: for=192.0.2.66'];
    const answer = await site.secure(['GET /protected HTTP/1.1', 'Host: localhost', asPage, ...forged]);
    expect(answer.status).toBe(302);
    await expect.poll(() => JSON.stringify(site.world.logLines().slice(before))).toContain('/protected');
    const text = JSON.stringify(site.world.logLines().slice(before));
    expect(text).toContain('127.0.0.1');
    expect(text).not.toContain('192.0.2.66');
  });

  it('SE-11a: a proxy that says nothing of https is named as the mistake, and no cookie is set', async () => {
    await using silent = await startNginxSite({ provider }, (text) =>
      text.replace('proxy_set_header X-Forwarded-Proto $visited_by;', ''),
    );
    const answer = await silent.secure(['GET /login HTTP/1.1', 'Host: localhost', asPage]);
    expect([answer.status, answer.header('location'), cookiesIn(answer)]).toEqual([400, null, []]);
    expect(answer.body).toContain('have it send X-Forwarded-Proto');
  });

  it.each([
    ['SE-11b', 'a subnet that nginx is not in', ['10.0.0.0/8'], 400],
    ['SE-11b', 'nobody', null, 400],
    ['SE-11a', 'one hop', 1, 302],
    ['SE-11a', 'the subnet of nginx', ['127.0.0.0/8'], 302],
  ] as const)('%s: when the trusted proxy is %s', async (_id, _what, trustProxy, status) => {
    await using other = await startNginxSite({ provider, trustProxy });
    const answer = await other.secure(['GET /protected HTTP/1.1', 'Host: localhost', asPage]);
    expect(answer.status).toBe(status);
    expect(cookiesIn(answer)).toHaveLength(status === 302 ? 1 : 0);
  });
});

describe('a path in the base URL', () => {
  it('works where nginx keeps it', async () => {
    await using below = await startNginxSite({ provider, path: '/portal' });
    const browser = createBrowserClient();
    const page = await visit(browser, `${below.origin}/portal/protected`);
    expect([page.status, page.url]).toEqual([200, `${below.origin}/portal/protected`]);
    expect(page.body).toContain('href="/portal/assets/');
    expect((await browser.get(`${below.origin}/protected`)).status).toBe(404);
    const over = await below.plain(['GET /portal/x HTTP/1.1', 'Host: evil.example', asPage]);
    expect(over.header('location')).toBe(`${below.origin}/portal/x`);
  });

  it('is answered with 404, and never with circles, where nginx takes it away', async () => {
    await using stripped = await startNginxSite({ provider, path: '/portal' }, (text) =>
      text.replaceAll(
        'location / {\n      proxy_pass http://latchkey;',
        'location /portal/ {\n      proxy_pass http://latchkey/;',
      ),
    );
    const page = await createBrowserClient().get(`${stripped.origin}/portal/protected`);
    expect([page.status, page.setCookies]).toEqual([404, []]);
  });
});
