// WB-01 to WB-05, WB-12 to WB-14: the headers of every answer, whatever its status and form.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { type HttpsSite, publicOrigin, startHttpsSite } from '../support/https-site.ts';

let site: HttpsSite;
let ada: BrowserClient;
beforeAll(async () => {
  const onForbidden = (): never => {
    throw new Error('a bug at /secret/path with secret=hunter2');
  };
  site = await startHttpsSite({ auth: { onForbidden } });
  ada = site.browser();
  await site.signIn(ada);
});
beforeEach(() => site.world.provider.reset());
afterAll(() => site[Symbol.asyncDispose]());

/** A request per kind of answer, as Ada and as a stranger. */
const answers: [string, number, () => Promise<Visit>][] = [
  ['a public page', 200, () => site.browser().get(`${publicOrigin}/`)],
  ['a personal page', 200, () => ada.get(`${publicOrigin}/profile`)],
  ['the sign-out page', 200, () => ada.get(`${publicOrigin}/logout`)],
  ['the signed-out page', 200, () => site.browser().get(`${publicOrigin}/logout`)],
  ['JSON', 200, () => ada.fetchJson(`${publicOrigin}/api/me`)],
  ['a redirect to the provider', 302, () => site.browser().get(`${publicOrigin}/protected`)],
  ['the login route', 302, () => site.browser().get(`${publicOrigin}/login`)],
  ['a bad callback', 400, () => site.browser().get(`${publicOrigin}/auth-callback?code=x&state=y`)],
  ['a JSON refusal', 401, () => site.browser().fetchJson(`${publicOrigin}/api/me`)],
  ['a cross-site form', 403, () => ada.post(`${publicOrigin}/logout`, {}, { from: 'https://evil.example/' })],
  ['a missing page', 404, () => ada.get(`${publicOrigin}/missing`)],
  ['a missing JSON', 404, () => ada.fetchJson(`${publicOrigin}/api/missing`)],
  ['a wrong method', 405, () => ada.post(`${publicOrigin}/login`)],
  ['a bug in a page', 500, () => ada.get(`${publicOrigin}/protected/scope`)],
  ['a bug in JSON', 500, () => ada.fetchJson(`${publicOrigin}/api/reports`)],
];
const directive = (visit: Visit, name: string): string | undefined =>
  String(visit.headers['content-security-policy'])
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.split(' ')[0] === name);

describe.each(answers)('%s', (_what, status, ask) => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await ask();
  });

  it(`WB-01a to WB-01f, WB-13: has every protecting header on its ${status}`, () => {
    expect(visit.status).toBe(status);
    const { headers } = visit;
    const [, age = '0'] = /max-age=(\d+)/.exec(String(headers['strict-transport-security'])) ?? [];
    expect(Number(age)).toBeGreaterThanOrEqual(31_536_000);
    expect(headers['strict-transport-security']).toContain('includeSubDomains');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers.server).toBeUndefined();
  });

  it('WB-01c, WB-01d, WB-02a, WB-03a: has one policy that allows nothing inline and no frame', () => {
    const policy = String(visit.headers['content-security-policy']);
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/);
    expect(directive(visit, 'default-src')).toBe("default-src 'none'");
    expect(directive(visit, 'script-src')).toBe("script-src 'self'");
    expect(directive(visit, 'style-src')).toBe("style-src 'self'");
    for (const name of ['object-src', 'base-uri', 'frame-ancestors']) {
      expect(directive(visit, name)).toBe(`${name} 'none'`);
    }
  });

  it('WB-03b: lets the sign-out form end at the provider, and forms nowhere else', () => {
    expect(directive(visit, 'form-action')).toBe(`form-action 'self' ${site.world.provider.origin}`);
  });

  it('WB-04a, WB-04b: is stored nowhere, and cannot be answered with 304 later', async () => {
    expect(visit.headers['cache-control']).toBe('no-store');
    expect(visit.headers.etag).toBeUndefined();
    expect(visit.headers['last-modified']).toBeUndefined();
  });

  it('WB-05: says that it depends on the cookies', () => {
    expect(visit.headers.vary).toMatch(/\bcookie\b/i);
  });

  it('WB-14a, WB-14c: says what it is, in which characters', () => {
    if (visit.body === '') return;
    expect(visit.headers['content-type']).toMatch(
      /^(?:text\/html|text\/plain|application\/json|application\/problem\+json); charset=utf-8$/,
    );
  });
});

describe('pages', () => {
  it('WB-03a: load scripts and styles from this site alone, and hold none inline', async () => {
    for (const [, , ask] of answers) {
      const { body, headers } = await ask();
      if (!String(headers['content-type']).startsWith('text/html')) continue;
      expect(body).not.toMatch(/\son\w+\s*=|\sstyle\s*=|<style|javascript:/i);
      for (const [tag, src] of body.matchAll(/<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]*)"[^>]*>/g)) {
        expect(`${src} in ${tag}`).toMatch(/^\/assets\//);
      }
      expect(body.match(/<script\b[^>]*>[^<]/g)).toBeNull();
    }
  });

  it('WB-02b: show nothing of what went wrong inside', async () => {
    const page = await ada.get(`${publicOrigin}/protected/scope`);
    const json = await ada.fetchJson(`${publicOrigin}/api/reports`);
    for (const { status, body } of [page, json]) {
      expect(status).toBe(500);
      expect(body).not.toMatch(/hunter2|secret\/path|\.ts\b|node_modules|at \w+ \(|Error:/);
    }
    expect(json.json()).toMatchObject({ status: 500, code: 'internal_error' });
    expect(page.body).toContain('Reference');
  });

  it('WB-04b: of different people are never served to each other by a condition', async () => {
    const visit = await ada.get(`${publicOrigin}/`, {
      headers: { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() },
    });
    expect(visit.status).toBe(200);
    expect(visit.body).toContain('Ada');
  });

  it('WB-05: for everybody greet only the person they were made for', async () => {
    expect((await ada.get(`${publicOrigin}/`)).body).toContain('Ada');
    expect((await site.browser().get(`${publicOrigin}/`)).body).not.toContain('Ada');
  });

  it('WB-13: inside a frame of another site begin no login', async () => {
    for (const path of ['/login', '/protected', '/profile']) {
      const visit = await ada.embed(publicOrigin + path, 'iframe', { from: 'https://evil.example/' });
      expect([200, 401, 403]).toContain(visit.status);
      expect(visit.setCookies).toEqual([]);
      expect(visit.headers['x-frame-options']).toBe('DENY');
    }
  });
});

describe('JSON', () => {
  it.each(['script', 'image'])(
    'WB-12a, WB-12b: embedded as %s by another site stays there unread',
    async (dest) => {
      const visit = await ada.embed(`${publicOrigin}/api/me`, dest, { from: 'https://evil.example/' });
      expect(visit.status).toBe(401);
      const sameSite = await ada.embed(`${publicOrigin}/api/me`, dest, { from: 'https://sibling.example/' });
      expect(sameSite.headers['cross-origin-resource-policy']).toBe('same-origin');
    },
  );

  it('WB-14b: is JSON and never a script, whatever callback is asked for', async () => {
    for (const query of ['callback=evil', 'jsonp=evil', 'callback[]=evil', 'cb=evil']) {
      const visit = await ada.fetchJson(`${publicOrigin}/api/me?${query}`);
      expect(visit.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(visit.json()).toMatchObject({ subject: 'user-ada' });
      expect(visit.body).not.toContain('evil');
    }
  });
});

describe('static files', () => {
  it('may be kept for ever under their own address, and have the same protection', async () => {
    const page = await ada.get(`${publicOrigin}/`);
    const [, address = ''] = /href="(\/assets\/latchkey\.css\?v=[^"]+)"/.exec(page.body) ?? [];
    const file = await site.browser().get(publicOrigin + address);
    expect(file.status).toBe(200);
    expect(file.headers['cache-control']).toContain('immutable');
    expect(file.headers['x-content-type-options']).toBe('nosniff');
    expect(file.setCookies).toEqual([]);
  });
});

describe("a customer's app with Express's own habits", () => {
  it('WB-04b: never answers 304 for a guarded page, although Express gives it an ETag', async () => {
    await using shop = await startLibraryWorld(
      (app, auth) =>
        void app.get('/page', auth.currentUser(), (req, res) => void res.send(`for ${req.auth?.subject}`)),
      { provider: site.world.provider },
    );
    const browser = shop.browser();
    const page = await shop.signIn(browser, '/page');
    expect(page.headers['cache-control']).toBe('no-store');
    for (const condition of ['*', String(page.headers.etag)]) {
      const again = await browser.get(`${shop.url}/page`, { headers: { 'if-none-match': condition } });
      expect([again.status, again.body]).toEqual([200, 'for user-ada']);
    }
  });
});
