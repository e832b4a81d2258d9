// The whole way with the local provider: somebody signs out there, and the app's session ends without a visit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserClient, createBrowserClient, isRedirect } from '../support/browser-client.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';
import { formAction, hiddenFields } from '../support/local-provider-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'embedded'])('the demo, sessions in %s', (kind) => {
  let app: DemoApp;
  beforeAll(async () => {
    app = await startDemoApp(kind === 'redis' ? { REDIS_URL: redis.url } : {});
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const signIn = async (login: string): Promise<BrowserClient> => {
    const browser = createBrowserClient();
    const page = await browser.followAll(await browser.get(`${app.url}/protected`));
    const sent = await browser.post(formAction(page, '/sign-in'), { login, password: login });
    expect((await browser.followAll(sent)).status).toBe(200);
    return browser;
  };
  const whoIs = async (browser: BrowserClient): Promise<string> => {
    const visit = await browser.fetchJson(`${app.url}/api/me`);
    return visit.status === 200 ? String(visit.json<{ subject: string }>().subject) : String(visit.status);
  };

  it('LO-07: signing out at the provider ends the session of that browser here, and of no other', async () => {
    const [phone, laptop, bens] = [await signIn('ada'), await signIn('ada'), await signIn('ben')];
    const page = await phone.followAll(await phone.get(`http://127.0.0.1:${app.port + 1}/session/end`));
    const done = await phone.post(formAction(page, '/confirm'), hiddenFields(page));
    expect((await phone.followAll(done)).status).toBe(200);
    expect(await whoIs(phone)).toBe('401');
    expect(await whoIs(laptop)).toBe('demo-ada');
    expect(await whoIs(bens)).toBe('demo-ben');
    const again = await phone.get(`${app.url}/protected`);
    expect(isRedirect(again)).toBe(true);
    expect((await phone.followAll(again)).body).toContain('name="password"');
  });

  it('OL-01: signing out here goes the whole round, and the message that follows finds nothing to do', async () => {
    const browser = await signIn('ada');
    const visit = await browser.followAll(await browser.post(`${app.url}/logout`));
    expect([visit.status, visit.url.split('?')[0]]).toEqual([200, `${app.url}/logout`]);
    expect(await whoIs(browser)).toBe('401');
    const next = await signIn('ada');
    expect(await whoIs(next)).toBe('demo-ada');
  });
});
