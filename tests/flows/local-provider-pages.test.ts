// The pages and headers of the local provider where nobody is signing in.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalProvider } from '../../src/local-provider.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { beginJourney, startWorld, travel, type World } from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

describe('pages and headers', () => {
  it('an attacker’s redirect address gets our error page and never a redirect', async () => {
    const url = new URL((await beginJourney(world.app)).url);
    url.searchParams.set('redirect_uri', 'https://evil.example/');
    const visit = await createBrowserClient().get(url.href);
    expect([visit.status, visit.location]).toEqual([400, null]);
    expect(visit.body).toContain('not registered');
    expect(visit.body).toMatch(/Reference <code>[\w-]{36}</);
    expect(visit.body).not.toMatch(/node_modules|at \w+ \(|evil/);
  });

  it('an unknown client and an unknown page get our pages too', async () => {
    const browser = createBrowserClient();
    const unknown = await browser.get(`${world.issuer}/auth?client_id=nobody&response_type=code`);
    expect(unknown.status).toBe(400);
    expect(unknown.body).toContain('not known here');
    const missing = await browser.get(`${world.issuer}/nothing`);
    expect(missing.status).toBe(404);
    expect(missing.body).toContain('There is no page here');
  });

  it('a person’s browser is told to keep pages private, unframed and free of foreign code', async () => {
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(world.app)).url));
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none';style-src 'self';img-src 'self';script-src 'self';" +
        "form-action 'self' http://localhost:4999;base-uri 'none';frame-ancestors 'none'",
    );
    expect(page.headers['referrer-policy']).toBe('same-origin');
    expect(page.headers['strict-transport-security']).toBeUndefined();
    expect(page.headers['x-powered-by']).toBeUndefined();
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const begun = await createBrowserClient().get((await beginJourney(world.app)).url);
    expect(begun.setCookies.length).toBeGreaterThan(0);
    for (const cookie of begun.setCookies) expect(cookie).toMatch(/^lk_op_.*; httponly/i);
    for (const cookie of begun.setCookies) expect(cookie).toMatch(/; samesite=lax/i);
  });

  it('a stylesheet is cached for good under its hash and checked anew without one', async () => {
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(world.app)).url));
    const [, href = ''] = /href="(\/assets\/latchkey\.css\?v=[^"]+)"/.exec(page.body) ?? [];
    const css = await browser.get(world.issuer + href);
    expect([css.status, css.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    const plain = await browser.get(`${world.issuer}/assets/latchkey.css`);
    expect(plain.headers['cache-control']).toBe('no-cache');
    const etag = String(plain.headers.etag);
    const again = await browser.get(`${world.issuer}/assets/latchkey.css`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
    expect((await browser.get(`${world.issuer}/assets/..%2fpackage.json`)).status).toBe(404);
  });

  it('an attacker who sends another Host gets no metadata that names it', async () => {
    const browser = createBrowserClient();
    const path = `${world.issuer}/.well-known/openid-configuration`;
    expect((await browser.get(path, { headers: { host: 'evil.example' } })).status).toBe(421);
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const { body } = await browser.get(path, { headers: forwarded });
    expect(body).not.toContain('evil');
    expect(JSON.parse(body)).toMatchObject({
      issuer: world.issuer,
      authorization_response_iss_parameter_supported: true,
      acr_values_supported: ['0', '1'],
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
  });

  it('an operator who gives an issuer with a path is told at the start', async () => {
    const options = { ...world.options, issuer: 'http://127.0.0.1:3001/op' };
    await expect(createLocalProvider(options)).rejects.toThrow('issuer must be an origin');
  });

  it('an operator sees none of the library’s warnings about choices that were made', async () => {
    const script = `
      import { createBrowserClient } from './tests/support/browser-client.ts';
      import { logIn, startWorld, travel } from './tests/support/local-provider-world.ts';
      import * as openid from 'openid-client';
      const world = await startWorld();
      const browser = createBrowserClient();
      const tokens = await logIn(world.app, browser, 'ada', { scope: 'openid reports' });
      await openid.tokenIntrospection(world.app, tokens.access_token);
      await openid.fetchUserInfo(world.app, tokens.access_token, 'ada');
      await openid.tokenRevocation(world.app, tokens.access_token);
      await fetch(world.issuer + '/me', { headers: { origin: 'https://spa.example', authorization: 'Bearer x' } });
      await travel(browser, await browser.get(world.issuer + '/session/end'));
      await world.close();`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--input-type=module-typescript',
      '-e',
      script,
    ]);
    expect([stdout, stderr]).toEqual(['', '']);
  });
});
