// What others try with the devices of a person: ids that are not theirs, other sites, hostile names.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeUserAgent } from '../../src/http/user-agent.ts';
import type { Auth } from '../../src/index.ts';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { listedDevices, openDevices, signedInOn, userAgents } from '../support/device-steps.ts';
import { escaped, expectHarmless, payloads } from '../support/hostile-texts.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startScriptedProvider, testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
let ada: BrowserClient;
let adasPhone: BrowserClient;
let mallory: BrowserClient;
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
  ada = await signedInOn(world, userAgents.laptop);
  adasPhone = await signedInOn(world, userAgents.phone);
  world.provider.user = { ...testUser, sub: 'mallory' };
  mallory = await signedInOn(world, userAgents.desktop);
});
const expectAllSignedIn = async (): Promise<void> => {
  expect(await world.whoIs(ada)).toBe('user-ada');
  expect(await world.whoIs(adasPhone)).toBe('user-ada');
  expect(await redis.keys('latchkey:once:{ended-elsewhere:*')).toEqual([]);
};
const endPath = async (browser: BrowserClient): Promise<string> =>
  listedDevices(await openDevices(world, browser)).find(({ current }) => !current)?.action ?? 'none';

describe('another person with an account', () => {
  it('sees no device but their own', async () => {
    expect(listedDevices(await openDevices(world, mallory))).toMatchObject([{ name: 'Firefox on Linux' }]);
  });

  it('cannot end a device whose id they came by', async () => {
    const path = await endPath(ada);
    const answer = await mallory.post(world.url + path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('Safari');
    expect((await mallory.fetchJson(world.url + path, { method: 'POST' })).json()).toMatchObject({
      code: 'not_found',
    });
    await expectAllSignedIn();
    expect((await ada.post(world.url + path)).status).toBe(303);
    expect(await world.whoIs(adasPhone)).toBe('401');
  });

  it('ends none of another person’s by ending all others', async () => {
    expect((await mallory.post(`${world.url}/sessions/end-others`)).status).toBe(303);
    await expectAllSignedIn();
  });

  it('gets no further with store ids, cookies or guesses than 404', async () => {
    const stored = (await redis.keys('latchkey:session:*')).map((key) => /\{(.*)\}/.exec(key)?.[1] ?? '');
    expect(stored).toHaveLength(3);
    const cookie = ada.cookies.value(world.url, 'latchkey.sid') ?? '';
    const guesses = [
      ...stored,
      cookie,
      encodeURIComponent('../end-others'),
      '*',
      '0',
      '__proto__',
      'x'.repeat(5000),
    ];
    for (const guess of guesses) {
      expect((await mallory.post(`${world.url}/sessions/${guess}/end`)).status, guess).toBe(404);
    }
    await expectAllSignedIn();
  });
});

it('an index that points at another person’s session shows and ends nothing of theirs', async () => {
  const ids = (await redis.keys('latchkey:session:*')).map((key) => /\{(.*)\}/.exec(key)?.[1] ?? '');
  for (const key of await redis.keys('latchkey:index:*')) {
    for (const id of ids) await redis.send('ZADD', key, String(world.now()), id);
  }
  expect(listedDevices(await openDevices(world, mallory))).toHaveLength(1);
  await mallory.post(`${world.url}/sessions/end-others`);
  await expectAllSignedIn();
});

describe('the page', () => {
  it('shows no id that opens anything: neither a cookie’s nor the store’s', async () => {
    const { body } = await openDevices(world, ada);
    for (const key of await redis.keys('latchkey:session:*')) {
      expect(body).not.toContain(/\{(.*)\}/.exec(key)?.[1] ?? 'none');
    }
    for (const browser of [ada, adasPhone]) {
      const cookie = decodeURIComponent(browser.cookies.value(world.url, 'latchkey.sid') ?? 'none');
      expect(body).not.toContain(cookie.slice(2, 20));
    }
  });

  it.each(payloads)('%s: %j as a user agent is text', async (_id, payload) => {
    // What a header can hold; the rest never reaches the app.
    const userAgent = payload.replace(/[^\x20-\x7e]/g, '').slice(0, 190);
    const hostile = createBrowserClient({ userAgent });
    await world.signIn(hostile);
    const page = await openDevices(world, mallory);
    expectHarmless(page.body);
    // What a text happens to contain may be put into words; else it is shown as it came.
    const { browser, system } = describeUserAgent(userAgent);
    const [, device] = listedDevices(page);
    expect(device?.name).toBe(browser === null && system === null ? escaped(userAgent.trim()) : browser);
  });

  it('bears a user agent of 8 KB, and does not keep it', async () => {
    const hostile = createBrowserClient({ userAgent: `Mozilla/5.0 (${'a1 Version/'.repeat(700)}` });
    await world.signIn(hostile);
    const page = await openDevices(world, mallory);
    expect(listedDevices(page)).toHaveLength(2);
    expect(page.body).not.toContain('a1 Version/'.repeat(30));
  });
});

describe('another site', () => {
  it('cannot end a device with the person’s cookies', async () => {
    const path = await endPath(ada);
    const evil = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } };
    for (const target of [path, '/sessions/end-others']) {
      const answer = await ada.post(world.url + target, {}, evil);
      expect(answer.status).toBe(403);
      const none = await ada.post(world.url + target, {}, { secFetch: false, headers: { origin: '' } });
      expect(none.status).toBe(403);
    }
    await expectAllSignedIn();
  });

  it('cannot do it with a link, nor through an app that forgot its guard', async () => {
    await using own = await startLibraryWorld((app, auth) => {
      app.get('/protected', auth.currentUser(), (_req, res) => void res.send('ok'));
      app.all(
        '/unguarded/:id',
        async (req, res) => void res.json(await auth.devices.end(req, req.params.id)),
      );
      app.all('/unguarded', async (req, res) => void res.json(await auth.devices.endOthers(req)));
    });
    const laptop = await signedInOn(own, userAgents.laptop);
    const phone = await signedInOn(own, userAgents.phone);
    expect((await laptop.get(`${own.url}/unguarded`, { from: `${own.url}/protected` })).status).toBe(403);
    const evil = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } };
    expect((await laptop.post(`${own.url}/unguarded`, {}, evil)).status).toBe(403);
    expect((await laptop.post(`${own.url}/unguarded/x`, {}, evil)).status).toBe(403);
    expect((await laptop.post(`${own.url}/unguarded/x`)).status).toBe(404);
    expect(await own.whoIs(phone)).toBe('user-ada');
    expect((await own.browser().post(`${own.url}/unguarded`)).status).toBe(401);
    expect((await laptop.post(`${own.url}/unguarded`)).json()).toBe(1);
  });
});

describe('the same subject at another issuer', () => {
  it('is another person: not listed, not ended, and their id is not known', async () => {
    await using other = await startScriptedProvider({ now: world.now });
    await using elsewhere = await startAppWorld({ redis, provider: other });
    const namesake = await signedInOn(elsewhere, userAgents.desktop);
    await signedInOn(elsewhere, userAgents.phone);
    expect(listedDevices(await openDevices(elsewhere, namesake))).toHaveLength(2);
    expect(listedDevices(await openDevices(world, ada))).toHaveLength(2);
    const path = await endPath(ada);
    expect((await namesake.post(elsewhere.url + path)).status).toBe(404);
    expect((await namesake.post(`${elsewhere.url}/sessions/end-others`)).status).toBe(303);
    await expectSignedIn(ada, adasPhone);
  });

  it('has no devices here with the session of an issuer that the app has left', async () => {
    await using other = await startScriptedProvider({ now: world.now });
    const unguarded = (app: Express, auth: Auth) => {
      app.get('/list', async (req, res) => void res.json(await auth.devices.list(req)));
    };
    await using moved = await startLibraryWorld(unguarded, { redis, provider: other });
    const cookie = { headers: { cookie: ada.cookies.header(world.url, 'strict') ?? '' } };
    const answer = await createBrowserClient().fetchJson(`${moved.url}/list`, cookie);
    expect([answer.status, answer.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
    await expectSignedIn(ada, adasPhone);
  });
});

const expectSignedIn = async (...browsers: BrowserClient[]): Promise<void> => {
  for (const browser of browsers) expect(await world.whoIs(browser)).toBe('user-ada');
};
