// The test kit signs people in by the app's own login: what a customer's tests can do as them, and what they cannot.
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signedIn, startTestProvider, type TestProvider, testUsers } from '../../src/testing.ts';
import { createKitApp, type KitApp } from '../support/kit-app.ts';

const { ada, bob } = testUsers;
const bothCookies = /^latchkey\.token=[^;]+; (?:latchkey\.rounds=[^;]+; )?latchkey\.sid=[^;]+$/;

let provider: TestProvider;
let kit: KitApp;
beforeAll(async () => {
  provider = await startTestProvider();
  kit = createKitApp(provider);
});
beforeEach(() => provider.reset());
afterAll(async () => {
  await kit.auth.close();
  await provider.close();
});

const subjectOf = async (answer: Response | Promise<Response>): Promise<unknown> =>
  ((await (await answer).json()) as { subject?: unknown }).subject;

describe('a person who is signed in by the test kit', () => {
  it('went through the whole login, and the app knows them', async () => {
    await using session = await signedIn(kit.app, ada);
    expect(session.user).toBe(ada);
    const answer = await session.fetch('/api/me');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      subject: 'user-ada',
      permissions: ['reports:read', 'admin'],
    });
    expect(provider.calls().map(({ endpoint }) => endpoint)).toEqual([
      ...['discovery', 'authorize', 'token', 'jwks', 'userinfo'],
    ]);
    const [call] = provider.calls('authorize');
    expect(call?.query.get('redirect_uri')).toBe('http://localhost:3000/auth-callback');
    expect(provider.logins()).toMatchObject([{ sub: 'user-ada', clientId: 'test-client' }]);
  });

  it('opens pages, and is refused the ones they may not see', async () => {
    await using session = await signedIn(kit.app, bob);
    expect(await (await session.open('/page')).text()).toBe('<p>page of Bob Stone</p>');
    const refused = await session.open('/reports');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('content-type')).toContain('text/html');
    expect((await session.fetch('/reports')).headers.get('content-type')).toContain('json');
  });

  it('may be anybody, with any claims and any strength of login', async () => {
    const zoe = { sub: 'zoë-7', name: 'Zoë 💡', permissions: ['reports:read'], notes: 'x'.repeat(40_000) };
    await using session = await signedIn(kit.app, zoe, {
      acr: 'gold',
      amr: ['pwd', 'otp'],
      authTime: 1_700_000_000,
    });
    expect(await (await session.open('/')).text()).toBe('hello Zoë 💡');
    expect(await (await session.fetch('/api/me')).json()).toMatchObject({
      ...{ subject: 'zoë-7', acr: 'gold', amr: ['pwd', 'otp'], authTime: 1_700_000_000 },
    });
  });

  it('has a session of their own beside another person', async () => {
    const [first, second] = await Promise.all([signedIn(kit.app, ada), signedIn(kit.app, bob)]);
    expect(await subjectOf(first.fetch('/api/me'))).toBe('user-ada');
    expect(await subjectOf(second.fetch('/api/me'))).toBe('user-bob');
    await first.signOut();
    expect((await first.fetch('/api/me')).status).toBe(401);
    expect(await subjectOf(second.fetch('/api/me'))).toBe('user-bob');
    await Promise.all([first.close(), second.close()]);
  });

  it('is in supertest by one header', async () => {
    await using session = await signedIn(kit.app, ada);
    expect(session.cookieHeader).toMatch(bothCookies);
    const answer = await request(kit.app).get('/api/me').set('Cookie', session.cookieHeader);
    expect(answer.body).toMatchObject({ subject: 'user-ada' });
    await request(kit.app).get('/api/me').expect(401);
    session.keepCookies(['latchkey.sid=; Max-Age=0; Path=/', 'theirs=a%20b; Path=/api']);
    expect(session.cookieHeader).toMatch(/^latchkey\.token=[^;]+(?:; latchkey\.rounds=[^;]+)?$/);
    expect((await session.fetch('/api/me')).status).toBe(401);
    expect(session.storageState().cookies.at(-1)).toMatchObject({
      name: 'theirs',
      value: 'a%20b',
      path: '/api',
    });
  });

  it('has the claims that this test gives, whatever the provider knows of that person', async () => {
    await using session = await signedIn(kit.app, { ...ada, permissions: [] });
    expect((await session.open('/reports')).status).toBe(403);
  });

  it('sends forms and JSON as the pages of the app would', async () => {
    await using session = await signedIn(kit.app, ada);
    const form = await session.fetch('/api/notes', { method: 'POST', body: new URLSearchParams({ a: 'é' }) });
    expect(form.status).toBe(201);
    expect(await form.json()).toMatchObject({ by: 'user-ada', note: 'a=%C3%A9' });
    const json = await session.fetch('/api/notes', {
      ...{ method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } },
    });
    expect(await json.json()).toMatchObject({ note: '{"a":1}', type: 'application/json' });
    const crossSite = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await session.fetch('/api/notes', crossSite)).status).toBe(403);
  });

  it('follows redirects inside the app, and gives back those that lead elsewhere', async () => {
    await using session = await signedIn(kit.app, ada);
    const followed = await session.fetch('/moved');
    expect([followed.url, followed.redirected]).toEqual(['http://localhost:3000/api/me', true]);
    expect((await session.fetch('/moved', { redirect: 'manual' })).status).toBe(302);
    await expect(session.fetch('/moved', { redirect: 'error' })).rejects.toThrow('redirects to');
    const away = await session.open('/away');
    expect([away.status, away.headers.get('location')]).toEqual([302, 'https://elsewhere.example/']);
  });

  it('never carries the cookies to another origin', async () => {
    await using session = await signedIn(kit.app, ada);
    await expect(session.fetch('https://elsewhere.example/')).rejects.toThrow('is not the app');
    await expect(session.fetch('//elsewhere.example/api/me')).rejects.toThrow('is not the app');
    expect(await subjectOf(session.fetch('http://localhost:3000/api/me'))).toBe('user-ada');
    expect(await subjectOf(session.fetch(session.url('/api/me')))).toBe('user-ada');
  });

  it('signs out through the provider, and is nobody afterwards', async () => {
    await using session = await signedIn(kit.app, ada);
    const before = session.cookieHeader;
    await session.signOut();
    expect(provider.calls('end_session')).toHaveLength(1);
    expect(provider.calls('revocation')).toHaveLength(1);
    expect(session.cookieHeader).toBe('');
    await request(kit.app).get('/api/me').set('Cookie', before).expect(401);
  });

  it('is signed in again by opening a page, as the same person', async () => {
    await using session = await signedIn(kit.app, bob);
    await session.signOut();
    const page = await session.open('/page');
    expect(await page.text()).toBe('<p>page of Bob Stone</p>');
    expect(page.url).toBe('http://localhost:3000/page');
  });
});
