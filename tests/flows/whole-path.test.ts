// The whole path on both stores: open a page, sign in, land there, move around, sign out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAppWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'embedded file', 'memory'] as const)('with sessions in %s', (kind) => {
  const start = () =>
    startAppWorld({ ...(kind === 'redis' ? { redis } : {}), embeddedFile: kind === 'embedded file' });

  it('brings a person to the page they wanted, query included, and signs them out', async () => {
    await using world = await start();
    const browser = world.browser();
    const page = await world.signIn(browser, '/protected/permission?month=may&month=june');
    expect(page.status).toBe(200);
    expect(page.url).toBe(`${world.url}/protected/permission?month=may&month=june`);
    expect(page.body).toContain('Ada Lovelace');
    expect(await world.whoIs(browser)).toBe('user-ada');

    const out = await browser.followAll(await browser.post(`${world.url}/logout`));
    expect(out.status).toBe(200);
    expect(out.body).toContain('You are signed out');
    expect(await world.whoIs(browser)).toBe('401');
    expect(world.provider.calls('revocation')).toHaveLength(1);
    expect(world.provider.calls('end_session')).toHaveLength(1);
  });
});

describe('an installation that moves to another provider', () => {
  it('does not go on with sessions that the old one began, nor tell the new one of them', async () => {
    await using old = await startAppWorld({ redis });
    const browser = old.browser();
    await old.signIn(browser);
    await using moved = await startAppWorld({ redis });
    expect(await moved.whoIs(browser)).toBe('401');
    await browser.post(`${moved.url}/logout`);
    expect(moved.provider.calls('end_session')).toEqual([]);
    expect(moved.provider.calls('revocation')).toEqual([]);
  });
});
