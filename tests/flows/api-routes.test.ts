// The app's own API: /api/me and /api/reports by cookie and by bearer token.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { mint, opaque } from '../support/bearer-world.ts';
import { ask, pageNavigation, scriptFetch } from '../support/request-kinds.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ logLevel: 'trace' });
});
afterAll(() => world[Symbol.asyncDispose]());

const bear = (path: string, token: string, kind = scriptFetch) =>
  ask(world.url + path, kind, { authorization: `Bearer ${token}` });

it('/api/me says the same about a cookie and about a bearer token, and of which kind it is', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  const byCookie = (await browser.fetchJson(`${world.url}/api/me`)).json<Record<string, unknown>>();
  const { token } = opaque(world.provider, ['openid', 'profile', 'email']);
  const byToken = JSON.parse((await bear('/api/me', token)).body);
  expect(Object.keys(byToken).sort()).toEqual(Object.keys(byCookie).sort());
  expect([byCookie.kind, byToken.kind]).toEqual(['session', 'bearer']);
  for (const fact of ['subject', 'issuer', 'user']) expect(byToken[fact], fact).toEqual(byCookie[fact]);
});

it('/api/reports needs the scope of the token', async () => {
  expect((await bear('/api/reports', await mint(world.provider))).status).toBe(200);
  const other = await mint(world.provider, { scope: 'openid' });
  expect((await bear('/api/reports', other)).status).toBe(403);
});

it('LG-02: a token with an end that no calendar has breaks nothing', async () => {
  const answer = await bear('/api/me', await mint(world.provider, { exp: 1e300 }));
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body).expiresAt).toMatch(/^\+275760-/);
});

it('a page shown to a program with a token says nothing of a session that is not there', async () => {
  const token = await mint(world.provider);
  const page = await bear('/profile', token, pageNavigation);
  expect(page.status).toBe(200);
  expect(page.body).not.toContain('You stay signed in until');
  expect(page.body).not.toContain(token);
  expect((await bear('/protected/permission', token, pageNavigation)).status).toBe(403);
});

it('LG-01, AT-05: bearer requests are in the log by subject, and no token is, good or bad', async () => {
  const good = await mint(world.provider, { sub: 'subject-in-the-log' });
  const { token } = opaque(world.provider);
  await bear('/api/me', good);
  await bear('/api/me', token);
  await bear('/api/me', 'a-bad-token-5f2e');
  await bear(`/api/me?access_token=${good}`, good);
  const text = world.logText();
  expect(text).toContain('subject-in-the-log');
  expect(world.logLines()).toContainEqual(
    expect.objectContaining({ msg: 'access_refused', detail: 'The token is expired, revoked or unknown' }),
  );
  for (const secret of [good, good.split('.')[2] ?? '', token, 'a-bad-token-5f2e']) {
    expect(text).not.toContain(secret);
  }
});
