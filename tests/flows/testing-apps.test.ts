// The apps that the test kit can sign people in at, and what it says when a login fails.
import { createServer } from 'node:http';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { signedIn, startTestProvider, type TestProvider, testUsers } from '../../src/testing.ts';
import { createKitApp, type KitApp } from '../support/kit-app.ts';

const { ada } = testUsers;

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

describe('the app under test', () => {
  it('may be a server that is not open yet, one that is, or an address', async () => {
    await using unopened = await signedIn(createServer(kit.app), ada);
    expect(await subjectOf(unopened.fetch('/api/me'))).toBe('user-ada');
    const server = createServer(kit.app);
    await new Promise<void>((resolve) => void server.listen(0, () => resolve()));
    const session = await signedIn(server, ada);
    await session.close();
    expect(await subjectOf(session.fetch('/api/me')), 'a server of the test is not closed').toBe('user-ada');
    server.close();
    const running = await listen(kit.app, 0, '127.0.0.1');
    const remote = await signedIn(`http://localhost:${running.port}`, ada);
    expect(await subjectOf(remote.fetch('/api/me'))).toBe('user-ada');
    expect(await subjectOf(fetch(remote.url('/api/me'), { headers: { cookie: remote.cookieHeader } }))).toBe(
      'user-ada',
    );
    await running.close(0);
  });

  it('may have a base path: links are as in the app, and its own routes are below it', async () => {
    const shop = createKitApp(provider, { baseUrl: 'http://localhost:3000/shop' });
    await using session = await signedIn(shop.app, ada, { baseUrl: 'http://localhost:3000/shop' });
    expect(await subjectOf(session.fetch('/shop/api/me'))).toBe('user-ada');
    expect(await subjectOf(session.fetch('api/me'))).toBe('user-ada');
    expect(session.url()).toMatch(/^http:\/\/localhost:\d+\/shop\/$/);
    await request(shop.app).get('/shop/api/me').set('Cookie', session.cookieHeader).expect(200);
    await session.signOut();
    expect((await session.fetch('api/me')).status).toBe(401);
    await expect(signedIn(shop.app, ada)).rejects.toThrow(/404.*Has the app a base path\?/s);
    await shop.auth.close();
  });

  it('may be https in public: the kit stands in front of it as the proxy does', async () => {
    const baseUrl = 'https://shop.example';
    const shop = createKitApp(provider, { baseUrl });
    await using session = await signedIn(shop.app, ada, { baseUrl });
    expect(await subjectOf(session.fetch('/api/me'))).toBe('user-ada');
    const { cookies } = session.storageState();
    expect(cookies.find(({ name }) => name.endsWith('.sid'))).toMatchObject({
      name: '__Host-latchkey.sid',
      domain: 'shop.example',
      secure: true,
      sameSite: 'Lax',
    });
    await shop.auth.close();
  });
});

describe('a login that fails', () => {
  it('says what the provider refused', async () => {
    provider.refuse('access_denied');
    await expect(signedIn(kit.app, ada)).rejects.toThrow(
      /did not end in a session.*auth-callback answered 403/,
    );
  });

  it('says that the provider is down', async () => {
    provider.fail('token', { status: 503, times: 1 });
    await expect(signedIn(kit.app, ada)).rejects.toThrow(/auth-callback answered 503/);
    provider.fail('authorize', { status: 500, times: 1 });
    await expect(signedIn(kit.app, ada)).rejects.toThrow(/provider did not sign the person in.*answered 500/);
  });

  it('never writes to a real provider', async () => {
    const real = createServer(
      (_req, res) => void res.writeHead(302, { location: 'https://login.example.com/' }).end(),
    );
    await expect(signedIn(real, ada)).rejects.toThrow('https://login.example.com, which is no test provider');
  });

  it('stops where redirects have no end, and where the provider has pages of its own', async () => {
    const round = createServer((_req, res) => void res.writeHead(302, { location: '/login' }).end());
    await expect(signedIn(round, ada)).rejects.toThrow('more than 20 redirects');
    const pages = await listen(
      (_req, res) => void res.writeHead(302, { location: '/form' }).end(),
      0,
      '127.0.0.1',
    );
    const location = `http://127.0.0.1:${pages.port}/authorize`;
    const app = createServer((_req, res) => void res.writeHead(302, { location }).end());
    await expect(signedIn(app, ada)).rejects.toThrow('it is no test provider');
    await pages.close(0);
  });
});
