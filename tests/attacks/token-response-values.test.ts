// An attacker, or a broken provider, puts values into the token response that would reach headers, cookies and sessions.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { attemptSignIn, expectRefused, expectSignedIn, factsOf } from '../support/sign-in-attempt.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ auth: { scope: 'openid profile email reports' } });
});
beforeEach(() => world.provider.reset());
afterAll(() => world?.[Symbol.asyncDispose]());

const respond = (values: Json): void => {
  world.provider.bend.tokenResponse = (response) => ({ ...response, ...values });
};
const invalid = { status: 502, code: 'provider_response_invalid' };
const maxAgeOfToken = (setCookies: readonly string[] | undefined): number => {
  const line = setCookies?.find((text) => text.startsWith('latchkey.token='));
  return Number(/; Max-Age=(\d+);/.exec(`${line};`)?.[1]);
};

it.each<[string, string, Json]>([
  ['TE-12b', 'without a token_type', { token_type: undefined }],
  ['TE-12b', 'whose token_type is empty', { token_type: '' }],
  ['TE-12c', 'of token_type mac', { token_type: 'mac' }],
  ['TE-12d', 'of token_type DPoP, which nobody asked for', { token_type: 'DPoP' }],
  ['TE-12d', 'of token_type N_A', { token_type: 'N_A' }],
  ['TE-13b', 'that is expired at once', { expires_in: 0 }],
  ['TE-13b', 'that expired before', { expires_in: -1 }],
  ['TE-13c', 'whose expires_in is a word', { expires_in: 'abc' }],
  ['TE-13c', 'whose expires_in is an object', { expires_in: {} }],
  ['TE-14a', 'that ends a header early (CRLF)', { access_token: 'good\r\nSet-Cookie: evil=1' }],
  ['TE-14a', 'with a control character', { access_token: 'good\u0000' }],
  ['TE-14a', 'with a space', { access_token: 'two words' }],
  ['TE-14a', 'with letters beyond ASCII', { access_token: 'jetön' }],
  ['TE-14a', 'with an empty access token', { access_token: '' }],
  ['TE-14a', 'without an access token', { access_token: undefined }],
  ['TE-14a', 'whose access token is a number', { access_token: 42 }],
  ['TE-14a', 'whose access token is an object', { access_token: { token: 'x' } }],
  ['TE-14a', 'with an access token of 100 KB', { access_token: 'x'.repeat(100_000) }],
  ['TE-14a', 'whose refresh token has a line break', { refresh_token: 'good\nbad' }],
  ['TE-14a', 'whose refresh token is a list', { refresh_token: ['x'] }],
  ['TE-15', 'whose scope is a list', { scope: ['openid', 'reports'] }],
  ['ID-07b', 'whose ID token is null', { id_token: null }],
  ['ID-07b', 'whose ID token is empty', { id_token: '' }],
])('%s: refuses a token response %s', async (_id, _what, values) => {
  respond(values);
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, invalid);
  expect(attempt.page.headers['set-cookie']?.join() ?? '').not.toContain('evil');
});

it('TE-12a: takes a token_type in any letters', async () => {
  respond({ token_type: 'bEaReR' });
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  expect(world.provider.calls('userinfo')[0]?.headers.authorization).toMatch(/^Bearer /);
});

it.each<[string, string, unknown, number]>([
  ['TE-13', 'is 300', 300, 300],
  ['TE-13', 'is a fraction', 299.9, 299],
  ['TE-13a', 'is missing', undefined, 3600],
  ['TE-13c', 'is a number in quotes', '60', 60],
  ['TE-13d', 'is 1e300', 1e300, 30 * 86_400],
])('%s: where expires_in %s, cookie and session live a sane time', async (...row) => {
  const [, , expiresIn, seconds] = row;
  respond({ expires_in: expiresIn });
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  const maxAge = maxAgeOfToken(attempt.callback?.setCookies);
  expect(maxAge).toBeGreaterThan(seconds - 5);
  expect(maxAge).toBeLessThanOrEqual(seconds);
  const left = Date.parse((await factsOf(world, attempt.browser)).expiresAt) - world.now();
  expect(left / 1000).toBeGreaterThan(seconds - 5);
  expect(left / 1000).toBeLessThanOrEqual(seconds);
});

it('TE-13: an access token is no credential any more when its time is over', async () => {
  await using other = await startAppWorld();
  other.provider.refreshTokens = 'never';
  other.provider.bend.tokenResponse = (response) => ({ ...response, expires_in: 60 });
  const attempt = await attemptSignIn(other);
  await expectSignedIn(other, attempt);
  other.advance(61);
  expect(await other.whoIs(attempt.browser)).toBe('401');
});

it.each([300, 1500, 5 * 1024])(
  'TE-14b: an access token of %i bytes fits into cookies that browsers keep',
  async (size) => {
    const token = 'a'.repeat(size);
    world.provider.bend.accessToken = () => token;
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    for (const line of attempt.callback?.setCookies ?? []) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4096);
      expect(line).not.toContain(token.slice(0, 100));
    }
    if (size <= 1500) expect(attempt.callback?.headerBytes).toBeLessThan(4096);
    expect(world.provider.calls('userinfo')[0]?.headers.authorization).toBe(`Bearer ${token}`);
  },
);

it('TE-14b: a far too large access token stays on the server, and only a reference is a cookie', async () => {
  world.provider.bend.accessToken = () => 'b'.repeat(12_000);
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  const bytes = attempt.callback?.setCookies.reduce((sum, line) => sum + line.length, 0);
  expect(bytes).toBeLessThan(4096);
});

it.each<[string, string, string | undefined, string[]]>([
  ['TE-15a', 'narrower', 'openid email', ['openid', 'email']],
  ['TE-15b', 'wider', 'openid profile email reports admin', ['openid', 'profile', 'email', 'reports']],
  ['TE-15b', 'of other scopes alone', 'admin', []],
  ['TE-15c', 'absent', undefined, ['openid', 'profile', 'email', 'reports']],
])('%s: a granted scope that is %s decides, and never beyond what was asked for', async (...row) => {
  const [, , scope, expected] = row;
  respond({ scope });
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  expect((await factsOf(world, attempt.browser)).scope).toEqual(expected);
  const reports = await attempt.browser.fetchJson(`${world.url}/api/reports`);
  expect(reports.status).toBe(expected.includes('reports') ? 200 : 403);
});
