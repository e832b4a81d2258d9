// RU: a link with a hostile return_to, through a whole login: the person always lands on this site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { createBrowserClient, type Visit } from '../support/browser-client.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { returnToValues } from '../support/return-to-values.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The answer of the callback, whose Location is where the person goes. */
const callbackOf = async (start: string, browser = world.browser()): Promise<Visit> => {
  const out = await browser.get(start);
  expect(out.status).toBe(302);
  return browser.follow(await browser.follow(out));
};

describe('on an http site', () => {
  it.each(returnToValues)('$id: after a login from a link with $value', async ({ value, query, keptAs }) => {
    const text = query ?? `return_to=${encodeURIComponent(String(value))}`;
    const { status, headers } = await callbackOf(`${world.url}/login?${text}`);
    expect(status).toBe(303);
    expect(headers.location).toBe(keptAs ?? '/');
    expect(headers.location).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
  });
});

describe('on an https site', () => {
  it.each(returnToValues.filter(({ id }) => /RU-0[4568]/.test(id)))(
    '$id: after a login from a link with $value',
    async ({ value }) => {
      await using https = await startAppWorld({
        provider: world.provider,
        baseUrl: 'https://rp.example',
        trustProxy: 1,
      });
      const proxied = { 'https://rp.example': `http://127.0.0.1:${https.port}` };
      const browser = createBrowserClient({ behindProxy: proxied });
      const start = `https://rp.example/login?return_to=${encodeURIComponent(String(value))}`;
      const { location } = await callbackOf(start, browser);
      expect(location).toBe('https://rp.example/');
    },
  );
});

describe('below a path', () => {
  it('leads to the home page below it, and keeps pages below it', async () => {
    await using below = await startAppWorld({ provider: world.provider, baseUrl: 'http://localhost/app' });
    const browser = createBrowserClient({ behindProxy: { 'http://localhost': below.url } });
    for (const [value, path] of [
      ['//evil.example', '/app/'],
      ['/elsewhere', '/app/'],
      ['/app/../admin', '/app/'],
      ['/app/profile?tab=1#x', '/app/profile?tab=1#x'],
    ]) {
      const start = `http://localhost/app/login?return_to=${encodeURIComponent(value ?? '')}`;
      expect((await callbackOf(start, browser)).headers.location).toBe(path);
    }
  });
});

describe('a guarded page, whose own address is the return_to', () => {
  it.each([
    ['GET //evil.example/protected', '//evil.example/protected'],
    ['an absolute address of another host', 'http://evil.example/protected'],
    ['a backslash', '/\\evil.example/..//protected'],
    ['dots', '/x/..//protected'],
  ])('RU: never leads to another site, asked for as %s', async (_what, target) => {
    const { answers } = await rawRequest(
      world.port,
      requestText([`GET ${target} HTTP/1.1`, 'Host: evil.example', 'Accept: text/html', 'Connection: close']),
    );
    const [answer] = answers;
    expect(answers).toHaveLength(1);
    expect([302, 400, 404]).toContain(answer?.status);
    const location = answer?.header('location') ?? null;
    if (location === null) return;
    expect(new URL(location).origin).toBe(world.provider.origin);
    const browser = world.browser();
    for (const [name, value] of answer?.headers ?? []) {
      if (name.toLowerCase() === 'set-cookie') browser.cookies.set(world.url, value);
    }
    const back = await browser.follow(await browser.get(location));
    expect(back.status).toBe(303);
    expect(new URL(back.headers.location ?? 'x:', world.url).origin).toBe(world.url);
    expect(back.headers.location).not.toMatch(/^\/[/\\]/);
  });

  it('RU-09a, AT-06a: never becomes a header line of its own', async () => {
    const value = encodeURIComponent('/ok\r\nSet-Cookie: evil=1\r\n\r\n<h1>evil</h1>');
    const { answers, text } = await rawRequest(
      world.port,
      requestText([`GET /login?return_to=${value} HTTP/1.1`, 'Host: x', 'Connection: close']),
    );
    expect(answers).toHaveLength(1);
    expect(answers[0]?.status).toBe(302);
    expect(text).not.toMatch(/evil/);
  });
});

describe('a return_to that is too long', () => {
  it('RU-11h: a megabyte is refused before anything reads it, and the next visit works', async () => {
    const huge = await world
      .browser()
      .get(`${world.url}/login?return_to=/${'a'.repeat(1_000_000)}`)
      .then(
        ({ status }) => status,
        () => 431,
      );
    expect(huge).toBe(431);
    expect((await callbackOf(`${world.url}/login?return_to=/profile`)).headers.location).toBe('/profile');
  });

  it('SE-09a: no page address makes a login cookie that a browser would drop', async () => {
    const browser = world.browser();
    for (const path of [`/protected?${'ü'.repeat(900)}`, `/protected?${'a'.repeat(2030)}`, '/protected?🐘']) {
      const out = await browser.get(`${world.url}/login?return_to=${encodeURIComponent(path)}`);
      for (const line of out.setCookies) expect(line.split(';')[0]?.length).toBeLessThanOrEqual(4096);
      const end = await browser.followAll(out);
      expect(end.status).toBe(200);
      expect(new URL(end.url).origin).toBe(world.url);
    }
  });
});
