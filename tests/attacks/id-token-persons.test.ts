// Somebody else's identity: the same subject at another issuer, the same e-mail address, a weaker sign-in than asked for.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testUser } from '../support/scripted-provider.ts';
import { attemptSignIn, expectSignedIn, factsOf } from '../support/sign-in-attempt.ts';

let redis: TestRedis;
let first: AppWorld;
let second: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  // The same deployment before and after it was pointed at another issuer: same secret, same store, same cookies.
  first = await startAppWorld({ redis });
  second = await startAppWorld({ redis });
});
beforeEach(async () => {
  for (const { provider } of [first, second]) provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await first?.[Symbol.asyncDispose]();
  await redis?.stop();
});

const endings = (log: readonly Record<string, unknown>[]): unknown[] =>
  log.filter(({ msg }) => msg === 'session_ended').map(({ reason }) => reason);

it('ID-11a: the same subject at two issuers is two people, and the second does not take over the session of the first', async () => {
  const browser = first.browser();
  const before = await attemptSignIn(first, { browser });
  await expectSignedIn(first, before);
  const stolen = browser.clone();
  expect((await factsOf(first, browser)).issuer).toBe(first.provider.issuer);

  const after = await attemptSignIn(second, { browser, path: '/login?return_to=/protected' });
  await expectSignedIn(second, after);
  expect(await factsOf(second, browser)).toMatchObject({
    subject: 'user-ada',
    issuer: second.provider.issuer,
  });
  expect(endings(after.log)).toEqual(['other_user']);
  expect(await first.whoIs(stolen)).toBe('401');
});

it('ID-11b: the same e-mail address is no proof: another subject is another person, with none of the rights', async () => {
  const browser = first.browser();
  await expectSignedIn(first, await attemptSignIn(first, { browser }));
  const victim = browser.clone();
  first.provider.user = { sub: 'user-eve', email: testUser.email, email_verified: false, name: 'Eve' };

  const eve = await attemptSignIn(first, { browser, path: '/login?return_to=/protected' });
  await expectSignedIn(first, eve, 'user-eve');
  expect(await factsOf(first, browser)).toMatchObject({ subject: 'user-eve', permissions: [], roles: [] });
  expect(endings(eve.log)).toEqual(['other_user']);
  expect(await first.whoIs(victim)).toBe('401');

  const alone = await attemptSignIn(first);
  await expectSignedIn(first, alone, 'user-eve');
});

const acrPage = (provider: ScriptedProvider) =>
  startLibraryWorld(
    (app, auth) => {
      app.get('/page', auth.currentUser(), (_req, res) => void res.send('page'));
      app.get(
        '/strong',
        auth.currentUser({ acr: 'gold' }),
        (req, res) => void res.send(`acr ${req.auth?.acr}`),
      );
    },
    { provider, auth: { acrOrder: ['bronze', 'silver', 'gold', 'platinum'] } },
  );

it.each<[string, unknown]>([
  ['does not say how', undefined],
  ['says a weaker way', 'silver'],
  ['says a way nobody knows', 'diamond'],
  ['says it in other letters', 'GOLD'],
  ['says a list', ['gold']],
  ['says all of them in one text', 'gold platinum'],
])(
  'ID-08b: no way into a page that needs a strong sign-in when the provider %s, and no loop',
  async (_what, acr) => {
    await using provider = await startScriptedProvider();
    await using library = await acrPage(provider);
    const browser = library.browser();
    expect((await library.signIn(browser, '/page')).body).toBe('page');
    provider.bend.idTokenClaims = (claims) => ({ ...claims, acr });
    provider.forgetCalls();

    const page = await library.signIn(browser, '/strong');
    expect(page.status).toBe(403);
    expect(page.body).not.toContain('acr');
    expect(provider.calls('authorize').map(({ query }) => query.get('acr_values'))).toEqual([
      'gold platinum',
    ]);
    expect(provider.calls('userinfo')).toHaveLength(0);
    const failures = library.events.flatMap((event) => (event.type === 'login_failed' ? [event.code] : []));
    expect(failures).toEqual(['authentication_insufficient']);
    expect(await library.whoIs(browser)).toBe('user-ada');
  },
);

it.each(['gold', 'platinum'])('ID-08b: a sign-in as strong as asked for (%s) opens the page', async (acr) => {
  await using provider = await startScriptedProvider();
  await using library = await acrPage(provider);
  provider.bend.idTokenClaims = (claims) => ({ ...claims, acr });
  expect((await library.signIn(library.browser(), '/strong')).body).toBe(`acr ${acr}`);
});

it('ID-08b: userinfo that claims a strong sign-in counts for nothing', async () => {
  await using provider = await startScriptedProvider();
  await using library = await acrPage(provider);
  provider.bend.idTokenClaims = (claims) => ({ ...claims, acr: undefined });
  provider.bend.userinfo = (claims) => ({ ...claims, acr: 'gold', amr: ['hwk'], auth_time: 1 });
  const page = await library.signIn(library.browser(), '/strong');
  expect(page.status).toBe(403);
});
