// AT-02: what the provider or a stranger writes into the callback is text on the failure page, or not there at all.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { expectHarmless, payloads } from '../support/hostile-texts.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
beforeEach(() => world.provider.reset());
afterAll(() => world[Symbol.asyncDispose]());

describe("the provider's own words", () => {
  const refuseWith = (fields: Record<string, string>): void => {
    world.provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      for (const [name, value] of Object.entries(fields)) response.set(name, value);
    };
  };

  it.each([...payloads, ['AT-02a', 'x'.repeat(4000)] as const])(
    'AT-02a: %s: %j is text on the failure page',
    async (_id, text) => {
      refuseWith({ error: 'access_denied', error_description: text });
      const page = await world.signIn(world.browser());
      expect(page.status).toBe(403);
      expectHarmless(page.body);
      expect(page.body.length).toBeLessThan(10_000);
    },
  );

  it.each(payloads)('AT-02a: %s: an error code %j is nowhere on the page', async (_id, text) => {
    refuseWith({ error: text });
    const page = await world.signIn(world.browser());
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).not.toBe(500);
    expectHarmless(page.body);
    expect(page.body).not.toContain('alert(1)');
  });

  it('AT-02b: error_uri is no link and not on the page', async () => {
    for (const uri of ['javascript:alert(1)', 'https://evil.example/help']) {
      refuseWith({ error: 'access_denied', error_uri: uri });
      const page = await world.signIn(world.browser());
      expectHarmless(page.body);
      expect(page.body).not.toMatch(/evil\.example|alert/);
    }
  });

  it('AT-02c: state, code and path of a made-up callback are not on the page', async () => {
    const hostile = encodeURIComponent('"><script>alert(1)</script>');
    for (const query of [
      `code=x&state=${hostile}`,
      `code=${hostile}&state=x`,
      `error=${hostile}&state=${hostile}`,
      hostile,
    ]) {
      const page = await world.browser().get(`${world.url}/auth-callback?${query}`);
      expect(page.status).toBe(400);
      expectHarmless(page.body);
      expect(page.body).not.toContain('alert');
    }
    const missing = await world.browser().get(`${world.url}/${hostile}?${hostile}`);
    expect(missing.status).toBe(404);
    expectHarmless(missing.body);
  });

  it('AT-01, AT-02: are text on the plain pages of a library without views as well', async () => {
    await using shop = await startLibraryWorld(() => {}, { provider: world.provider });
    refuseWith({ error: 'access_denied', error_description: '<script>alert(1)</script>"\'&' });
    const page = await shop.signIn(shop.browser(), '/login');
    expect(page.status).toBe(403);
    expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(page.body).not.toContain('<script');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });
});
