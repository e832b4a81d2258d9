// AT-09: texts and bodies that are made to keep a server busy.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('texts that are made to be slow', () => {
  /** The best of a few tries: what the code needs, not what else the machine is doing. */
  const quickest = async (lines: readonly string[]): Promise<{ status: number; milliseconds: number }> => {
    let best = { status: 0, milliseconds: Number.POSITIVE_INFINITY };
    for (let round = 0; round < 4; round += 1) {
      const exchange = await rawRequest(world.port, requestText([...lines, 'Host: x', 'Connection: close']));
      const status = exchange.answers[0]?.status ?? 0;
      if (exchange.milliseconds < best.milliseconds) best = { status, milliseconds: exchange.milliseconds };
    }
    return best;
  };
  const many = (text: string, bytes = 14_000): string => text.repeat(Math.floor(bytes / text.length));

  it.each([
    ['return_to of slashes', [`GET /login?return_to=${many('/')} HTTP/1.1`], 302],
    ['return_to of dots', [`GET /login?return_to=/${many('../')} HTTP/1.1`], 302],
    ['return_to of percent signs', [`GET /login?return_to=/${many('%25')} HTTP/1.1`], 302],
    ['login_hint', [`GET /login?login_hint=${many('a ').replaceAll(' ', '+')} HTTP/1.1`], 302],
    ['prompt', [`GET /login?prompt=login${many('+login')} HTTP/1.1`], 302],
    ['a thousand parameters', [`GET /login?${many('a=1&')} HTTP/1.1`], 302],
    ['a long path', [`GET /${many('a/')} HTTP/1.1`], 404],
    ['Accept', ['GET /protected HTTP/1.1', `Accept: ${many('text/html;q=0,')}`], 401],
    ['Accept with spaces', ['GET /protected HTTP/1.1', `Accept: text/html${many(' ')};q=0`], 302],
    [
      'Accept-Language',
      ['GET /logout HTTP/1.1', 'Accept: text/html', `Accept-Language: ${many('de-DE,')}`],
      200,
    ],
    ['cookies without names', ['GET / HTTP/1.1', `Cookie: ${many('; =;')}`], 200],
    ['logins in flight', ['GET /login HTTP/1.1', `Cookie: ${many('latchkey.tx.a=AQAA; ')}`], 302],
    ['session cookies', ['GET /api/me HTTP/1.1', `Cookie: ${many('latchkey.sid=s%3Aa.b; ')}`], 401],
    ['state', [`GET /auth-callback?code=a&state=${many('A')} HTTP/1.1`], 400],
    ['callback parameters', [`GET /auth-callback?${many('a=&')} HTTP/1.1`], 400],
  ])('AT-09a: 14 KB of %s are answered in under 50 ms', async (_what, lines, status) => {
    const { status: answered, milliseconds } = await quickest(lines);
    expect(answered).toBe(status);
    expect(milliseconds).toBeLessThan(50);
  });

  it('AT-09a: 100 KB in a header or an address are refused before anything looks at them', async () => {
    for (const lines of [
      [`GET /login?return_to=/${many('a', 100_000)} HTTP/1.1`],
      ['GET / HTTP/1.1', `Accept: ${many('a', 100_000)}`],
    ]) {
      expect((await quickest(lines)).status).toBe(431);
    }
  });

  it.each([
    ['AT-09b', 'application/json', '['.repeat(100_000)],
    ['AT-09c', 'application/x-www-form-urlencoded', 'a=1&'.repeat(27_500)],
  ])('%s: a body of %s that nobody reads harms nobody', async (_id, type, body) => {
    const browser = world.browser();
    await world.signIn(browser);
    for (const path of ['/api/me', '/login', '/missing', '/logout']) {
      const lines = [
        `POST ${path} HTTP/1.1`,
        'Host: x',
        `Content-Type: ${type}`,
        `Content-Length: ${body.length}`,
      ];
      const { answers } = await rawRequest(world.port, requestText([...lines, 'Connection: close'], body));
      expect([400, 403, 404, 405, 413]).toContain(answers[0]?.status);
    }
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});
