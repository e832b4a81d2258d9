// What a visit costs: one read of the store for a signed-in page, nothing for a stranger, small headers for a login.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { Visit } from '../support/browser-client.ts';
import { publicOrigin, startHttpsSite } from '../support/https-site.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, logLevel: 'silent' });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

describe('a signed-in visit', () => {
  it.each(['/', '/protected', '/protected/permission', '/profile', '/api/me', '/logout'])(
    '%s costs one read of the store, no write, and no call to the provider',
    async (path) => {
      const browser = world.browser();
      await world.signIn(browser);
      world.provider.forgetCalls();
      await redis.resetCommandCounts();
      for (let visit = 0; visit < 10; visit += 1) {
        expect((await browser.get(world.url + path)).status).toBe(200);
      }
      expect(await redis.commandCounts()).toEqual({ get: 10 });
      expect(world.provider.calls()).toEqual([]);
    },
  );

  it('reads the record alone, not the vault', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const monitor = await redis.monitor();
    await browser.get(`${world.url}/profile`);
    const commands = await monitor.commands();
    monitor.stop();
    expect(commands).toHaveLength(1);
    expect(commands[0]?.join(' ')).toMatch(/^GET latchkey:session:\{/i);
  });

  it('is refused where a permission is missing, for one read as well', async () => {
    world.provider.user = { sub: 'user-ben', name: 'Ben' };
    const browser = world.browser();
    await world.signIn(browser);
    await redis.resetCommandCounts();
    expect((await browser.get(`${world.url}/protected/permission`)).status).toBe(403);
    expect(await redis.commandCounts()).toEqual({ get: 1 });
  });

  it('costs one write more when a tenth of the idle time has passed, and record and vault live on', async () => {
    await using idle = await startAppWorld({ redis, logLevel: 'silent', auth: { idleSeconds: 1000 } });
    const browser = idle.browser();
    await idle.signIn(browser);
    const shorten = async (): Promise<void> => {
      for (const key of await redis.keys('latchkey:[sv]*')) await redis.send('EXPIRE', key, '500');
    };
    const leases = async (): Promise<readonly number[]> => {
      const keys = await redis.keys('latchkey:[sv]*');
      return Promise.all(keys.map(async (key) => Number(await redis.send('TTL', key))));
    };
    await shorten();
    idle.advance(98);
    await redis.resetCommandCounts();
    expect(await idle.whoIs(browser)).toBe('user-ada');
    expect(await redis.commandCounts()).toEqual({ get: 1 });
    expect(await leases()).toEqual([500, 500]);

    idle.advance(3);
    await redis.resetCommandCounts();
    expect(await idle.whoIs(browser)).toBe('user-ada');
    expect(await idle.whoIs(browser)).toBe('user-ada');
    const { get, eval: touches, set } = await redis.commandCounts();
    expect([get, touches, set]).toEqual([2, 1, undefined]);
    for (const lease of await leases()) expect(lease).toBeGreaterThan(990);
  });
});

/** Sends requests over a few connections, many at a time on each, and counts the answers by status. */
const visitMany = async (port: number, targets: readonly string[], total: number) => {
  const [connections, batch] = [4, 50];
  const statuses: Record<string, number> = {};
  const visitor = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let open = 0;
    let wake = (): void => {};
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      for (let at = text.indexOf('HTTP/1.1 '); at !== -1; at = text.indexOf('HTTP/1.1 ')) {
        if (text.length < at + 12) return;
        const status = text.slice(at + 9, at + 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        text = text.slice(at + 12);
        open -= 1;
      }
      text = text.slice(-8);
      if (open === 0) wake();
    });
    for (let sent = 0; sent < total / connections; sent += batch) {
      open = batch;
      const answered = new Promise<void>((resolve, reject) => {
        wake = resolve;
        socket.once('error', reject).once('close', () => reject(new Error('the connection closed')));
      });
      const requests = Array.from({ length: batch }, (_, index) => {
        const target = targets[(sent + index) % targets.length];
        return `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n`;
      });
      socket.write(requests.join(''));
      await answered;
    }
    socket.removeAllListeners('close').destroy();
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  return statuses;
};

describe('strangers', () => {
  it('AT-10a: ten thousand of them, half of them beginning a login, leave nothing in the store', async () => {
    const targets = ['/', '/login', '/protected?x=1', '/healthz'];
    await redis.resetCommandCounts();
    const statuses = await visitMany(world.port, targets, 10_000);
    expect(statuses).toEqual({ 200: 5000, 302: 5000 });
    expect(await redis.keys()).toEqual([]);
    expect(await redis.commandCounts()).toEqual({});
    // One discovery for all of them, and the authorization requests go through browsers.
    expect(world.provider.calls().filter(({ endpoint }) => endpoint !== 'discovery')).toEqual([]);
  });

  it('with cookies that are forged cost no read either, and well-signed ones only reads', async () => {
    const browser = world.browser();
    await redis.resetCommandCounts();
    const cookie = 'latchkey.sid=s%3Aforged.sig; latchkey.token=forged';
    for (let visit = 0; visit < 5; visit += 1) {
      await browser.get(`${world.url}/`, { headers: { cookie } });
      await browser.fetchJson(`${world.url}/api/me`, { headers: { cookie } });
    }
    expect(await redis.commandCounts()).toEqual({});
  });
});

describe('a login', () => {
  it.each(['http', 'https'])(
    'over %s with a token of 1.5 KB has less than 4 KB of headers in all',
    async (kind) => {
      await using site = await startHttpsSite({ redis });
      const [app, origin] = kind === 'https' ? [site.world, publicOrigin] : [world, world.url];
      app.provider.bend.accessToken = () => randomBytes(1125).toString('base64url');
      const browser = kind === 'https' ? site.browser() : app.browser();
      const trail: Visit[] = [];
      await browser.followAll(await browser.get(`${origin}/protected/permission?month=may`), 20, trail);
      const ours = trail.filter(({ url }) => url.startsWith(origin));
      expect(ours.map(({ status }) => status)).toEqual([302, 303, 200]);
      for (const { headerBytes } of ours) expect(headerBytes).toBeLessThan(4096);
      expect(browser.cookies.header(origin, 'strict')?.length).toBeGreaterThan(2000);
    },
  );

  it('costs the store a handful of commands', async () => {
    const browser = world.browser();
    await redis.resetCommandCounts();
    await world.signIn(browser);
    const counts = await redis.commandCounts();
    // What the script of the index does inside Redis costs no round trip.
    const { zadd: _, zremrangebyscore: __, ttl: ___, expire: ____, ...sent } = counts;
    const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(10);
  });
});
