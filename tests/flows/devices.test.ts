// Your devices on each store: what the page lists, ending one, ending all others, and what goes wrong meanwhile.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import {
  endDevice,
  listedDevices,
  openDevices,
  promptOf,
  signedInOn,
  userAgents,
} from '../support/device-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'memory', 'embedded'])('the devices of a person, sessions in %s', (kind) => {
  let world: AppWorld;
  let number = 0;
  beforeAll(async () => {
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded' };
    world = await startAppWorld(where);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.provider.reset();
    number += 1;
    world.provider.user = { ...testUser, sub: `ada-${number}` };
  });
  const lines = (msg: string, from: number) =>
    world
      .logLines()
      .slice(from)
      .filter((line) => line.msg === msg);

  it('are listed in words, this one first, then the last seen', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    world.advance(60);
    await signedInOn(world, userAgents.phone);
    world.advance(60);
    const desktop = await signedInOn(world, userAgents.desktop);
    world.advance(60);
    await signedInOn(world, userAgents.tablet);
    // A visit after a tenth of the idle time is noted.
    world.advance(3 * 3600);
    expect((await desktop.get(`${world.url}/profile`)).status).toBe(200);
    world.advance(60);
    const list = listedDevices(await openDevices(world, laptop));
    expect(list.map(({ name, current }) => [name, current])).toEqual([
      ['Chrome on Windows', true],
      ['Firefox on Linux', false],
      ['Safari on iPad', false],
      ['Safari on iPhone', false],
    ]);
    for (const { text } of list) expect(text).toContain('Signed in from this computer');
    expect(list[0]?.action).toBe('/logout');
    expect(listedDevices(await openDevices(world, desktop))[0]).toMatchObject({ name: 'Firefox on Linux' });
  });

  it('end one by one: that one is asked to sign in again, the others go on', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    const phone = await signedInOn(world, userAgents.phone);
    const desktop = await signedInOn(world, userAgents.desktop);
    world.provider.forgetCalls();
    const from = world.logLines().length;
    const answer = await endDevice(world, laptop, 'Safari on iPhone');
    expect([answer.status, answer.location]).toEqual([303, `${world.url}/sessions?done=one`]);
    const page = await laptop.follow(answer);
    expect(page.body).toContain('That device is signed out.');
    expect(listedDevices(page)).toHaveLength(2);
    expect(await world.whoIs(phone)).toBe('401');
    expect(await world.whoIs(laptop)).toBe(`ada-${number}`);
    expect(await world.whoIs(desktop)).toBe(`ada-${number}`);
    expect(promptOf(world, await phone.get(`${world.url}/protected`))).toBe('login');
    expect(lines('session_ended', from)).toMatchObject([
      { reason: 'ended_elsewhere', subject: `ada-${number}`, issuer: world.provider.issuer },
    ]);
    // Its tokens are taken back, and no other's.
    expect(world.provider.calls('revocation')).toHaveLength(1);
  });

  it('end all but this one', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    const others = [
      await signedInOn(world, userAgents.phone),
      await signedInOn(world, userAgents.desktop),
      await signedInOn(world, userAgents.laptop),
    ];
    world.provider.forgetCalls();
    const page = await laptop.followAll(await laptop.post(`${world.url}/sessions/end-others`));
    expect(page.body).toContain('You are signed out on all other devices.');
    expect(listedDevices(page)).toMatchObject([{ name: 'Chrome on Windows', current: true }]);
    for (const other of others) {
      expect(await world.whoIs(other)).toBe('401');
      expect(promptOf(world, await other.get(`${world.url}/protected`))).toBe('login');
    }
    expect(await world.whoIs(laptop)).toBe(`ada-${number}`);
    expect(world.provider.calls('revocation')).toHaveLength(3);
    // With nobody left it says the same.
    expect((await laptop.post(`${world.url}/sessions/end-others`)).status).toBe(303);
  });

  it('pressed twice, the button says that the device is gone already, and shows the list', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    const [, phone] = listedDevices(await openDevices(world, laptop));
    await laptop.post(world.url + phone?.action);
    const again = await laptop.post(world.url + phone?.action);
    expect(again.status).toBe(404);
    expect(again.body).toContain('That device is not in your list.');
    expect(listedDevices(again)).toHaveLength(1);
    const script = await laptop.fetchJson(world.url + phone?.action, { method: 'POST' });
    expect([script.status, script.json()]).toMatchObject([404, { code: 'not_found' }]);
  });

  it('say nothing that an address makes up', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    for (const done of ['others', 'constructor', '<b>', 'one&done=others', '__proto__']) {
      const page = await laptop.get(`${world.url}/sessions?done=${done}`);
      expect(page.status).toBe(200);
      expect(page.body).not.toContain('id="done"');
    }
  });

  it('are changed by POST alone', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    const [, phone] = listedDevices(await openDevices(world, laptop));
    for (const path of ['/sessions/end-others', phone?.action ?? '']) {
      const answer = await laptop.get(world.url + path);
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
    const posted = await laptop.post(`${world.url}/sessions`);
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect(listedDevices(await openDevices(world, laptop))).toHaveLength(2);
  });

  it('lead somebody whose session is over to the login, and not back to a form', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    world.advance(90_000);
    const from = `${world.url}/sessions`;
    const page = await laptop.followAll(await laptop.post(`${world.url}/sessions/end-others`, {}, { from }));
    expect([page.status, page.url]).toEqual([200, from]);
    expect(page.body).not.toContain('id="done"');
    expect(await world.whoIs(laptop)).toBe(`ada-${number}`);
  });

  it('are for people who are signed in', async () => {
    const visitor = world.browser();
    expect(promptOf(world, await visitor.get(`${world.url}/sessions`))).toBeNull();
    expect((await visitor.fetchJson(`${world.url}/sessions`)).status).toBe(401);
    const script = await visitor.fetchJson(`${world.url}/sessions/end-others`, { method: 'POST' });
    expect(script.status).toBe(401);
    expect(script.headers['www-authenticate']).toMatch(/^Bearer /);
  });
});
