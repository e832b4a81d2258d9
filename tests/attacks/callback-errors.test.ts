// The provider says no: a page for the person, no code sent, no loop, and its words only ever as text.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { arrive, expectRefused, openLogin, untilCallback, withParameters } from '../support/login-steps.ts';

let app: AppWorld;
let library: AppWorld;
beforeAll(async () => {
  app = await startAppWorld();
  library = await startLibraryWorld(
    (server, auth) => void server.get('/protected', auth.currentUser(), (_req, res) => void res.send('in')),
    { provider: app.provider },
  );
});
afterAll(async () => {
  await library[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});
beforeEach(() => app.provider.reset());

const refusedWith = async (world: AppWorld, parameters: Record<string, string>) => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, '/protected');
  const visit = await arrive(world, browser, withParameters(callback, { code: null, ...parameters }));
  return { browser, callback, visit };
};

it.each([
  ['access_denied', 403],
  ['login_required', 403],
  ['consent_required', 403],
  ['interaction_required', 403],
  ['account_selection_required', 403],
  ['unmet_authentication_requirements', 403],
  ['temporarily_unavailable', 503],
  ['server_error', 502],
  ['invalid_scope', 502],
  ['invalid_request', 502],
  ['unauthorized_client', 502],
  ['an_error_nobody_knows', 403],
  ['__proto__', 403],
  ['constructor', 403],
])('AZ-12a: %s ends on a page with a next step, and no code is sent', async (error, status) => {
  const { browser, visit } = await refusedWith(app, { error });
  await expectRefused(app, browser, visit, { status, code: 'provider_refused' });
  expect(visit.headers['content-type']).toContain('text/html');
  expect(visit.body).toMatch(/Sign in again|Go to the start page/);
  expect(visit.body).toContain('Reference');
});

it('AZ-12a: a person who said no can sign in again and come to the page they wanted', async () => {
  const { browser, visit } = await refusedWith(app, { error: 'access_denied' });
  const href = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(visit.body)?.[1] ?? '';
  const end = await browser.followAll(await browser.get(app.url + href.replaceAll('&amp;', '&')));
  expect(end.url).toBe(`${app.url}/protected`);
  expect(await app.whoIs(browser)).toBe('user-ada');
});

it('AZ-12a: an error with our state signs nobody out', async () => {
  const browser = app.browser();
  await app.signIn(browser);
  const callback = await untilCallback(app, browser, '/login');
  const visit = await arrive(app, browser, withParameters(callback, { code: null, error: 'access_denied' }));
  expect(visit.status).toBe(403);
  expect(await app.whoIs(browser)).toBe('user-ada');
});

it('AZ-12c: login_required after prompt=none ends on a page and not in a loop', async () => {
  app.provider.user = null;
  const browser = app.browser();
  const start = await openLogin(app, browser, '/login?prompt=none&return_to=/protected');
  const end = await browser.followAll(start);
  await expectRefused(app, browser, end, { status: 403, code: 'provider_refused' });
  expect(app.provider.calls('authorize')).toHaveLength(1);
});

it('AZ-12c: a provider that always says no is asked once, also when the person reloads the page', async () => {
  app.provider.user = null;
  const browser = app.browser();
  const end = await app.signIn(browser);
  expect(end.status).toBe(403);
  expect(app.provider.calls('authorize')).toHaveLength(1);
  const reloaded = await browser.followAll(await browser.get(end.url));
  expect(reloaded.status).toBe(403);
  expect(app.provider.calls('authorize')).toHaveLength(2);
});

const hostile = {
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  attribute: '" onmouseover="alert(1)',
  template: '<%= process.env %> {{constructor}}',
  lines: 'all fine\r\nSet-Cookie: latchkey.sid=evil\r\n\r\n{"level":"info","msg":"login_succeeded"}',
  'other controls': 'a\u0000b\u001b[31mc\u0085d\u2028e',
  'ten kilobytes': `start ${'x'.repeat(10_000)} end`,
};

describe.each([
  ['app', () => app],
  ['library', () => library],
] as const)('in the %s’s own pages', (kind, worldOf) => {
  it.each(Object.entries(hostile))('AZ-13a: shows %s of the provider as text alone', async (_title, text) => {
    const world = worldOf();
    const { browser, visit } = await refusedWith(world, { error: 'access_denied', error_description: text });
    await expectRefused(world, browser, visit, { status: 403, code: 'provider_refused' });
    expect(visit.body).not.toContain('<script>alert');
    expect(visit.body).not.toContain('<img src=x');
    expect(visit.body).not.toContain('" onmouseover="');
    expect(visit.body).not.toContain('PATH=');
    expect(visit.body.length).toBeLessThan(kind === 'app' ? 12_000 : 4_000);
    expect(visit.setCookies.join()).not.toContain('evil');
  });

  it.each(Object.entries(hostile))(
    'AZ-13a: takes %s as an error code for what it is',
    async (_title, error) => {
      const world = worldOf();
      const { browser, visit } = await refusedWith(world, { error });
      await expectRefused(world, browser, visit, { status: 403, code: 'provider_refused' });
      expect(visit.body).not.toMatch(/<script>alert|<img src=x|" onmouseover="/);
      expect(visit.setCookies.join()).not.toContain('evil');
    },
  );
});

it.each([
  ['app', () => app],
  ['library', () => library],
] as const)('AZ-13a: a person can read the words of the provider in the %s', async (_kind, worldOf) => {
  const parameters = { error: 'access_denied', error_description: 'Your <b>account</b> is locked' };
  const { visit } = await refusedWith(worldOf(), parameters);
  expect(visit.body).toContain('Your &lt;b&gt;account&lt;/b&gt; is locked');
});

it('AZ-13a: writes one log line about it, on which nothing is forged', async () => {
  const before = app.logLines().length;
  await refusedWith(app, { error: hostile.lines, error_description: hostile.lines });
  const lines = app.logLines().slice(before);
  const failures = lines.filter(({ msg }) => msg === 'login_failed');
  expect(failures).toHaveLength(1);
  expect(lines.some(({ msg }) => msg === 'login_succeeded')).toBe(false);
  expect(JSON.stringify(failures).length).toBeLessThan(1500);
  expect(String(failures[0]?.providerError)).not.toMatch(/\p{Cc}/u);
});

it.each([
  ['made up', 'made-up-by-somebody'],
  ['absent', null],
])('AZ-13b: shows no words from a link whose state is %s', async (_title, state) => {
  const { browser, callback } = await refusedWith(app, { error: 'access_denied' });
  const changes = { code: null, state, error: 'access_denied', error_description: 'Call 555-0100 to unlock' };
  const visit = await arrive(app, browser, withParameters(callback, changes));
  await expectRefused(app, browser, visit, { status: 400, code: 'callback_malformed' });
  expect(visit.body).not.toContain('555-0100');
});

it('AZ-13b: shows no words from a link whose state belongs to somebody else', async () => {
  const link = await untilCallback(app, app.browser());
  const words = { code: null, error: 'access_denied', error_description: 'Call 555-0100 to unlock' };
  const visit = await arrive(app, app.browser(), withParameters(link, words));
  expect(visit.status).toBe(302);
  expect(visit.body).not.toContain('555-0100');
});
