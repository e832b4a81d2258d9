// `latchkey doctor` before a real installation: all well, and each thing that is wrong named with how to mend it.
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runLatchkey } from '../support/command-line.ts';
import { type DoctorWorld, examineWith, startDoctorWorld } from '../support/doctor-world.ts';
import { freePort } from '../support/free-port.ts';

let world: DoctorWorld;
beforeAll(async () => {
  world = await startDoctorWorld();
});
afterEach(() => {
  world.front.behave();
  world.provider.skewMs = 0;
});
afterAll(() => world[Symbol.asyncDispose]());

const nowhere = () => join(tmpdir(), `latchkey-doctor-${crypto.randomUUID()}`);

it('finds nothing wrong with a right set-up, shows a table to people, and changes nothing', async () => {
  const DATA_DIR = nowhere();
  const { status, out, err } = await runLatchkey({ ...world.env, DATA_DIR }, 'doctor');
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^RESULT +CHECK +WHAT WAS SEEN\nok +configuration/);
  expect(out).toMatch(/\n14 checks: 14 ok, 0 warn, 0 fail\.\n$/);
  expect(out).toMatch(/ok +redirect_uri +https:\/\/localhost:\d+\/auth-callback is registered\./);
  expect(out).toMatch(/ok +cookies +They come through BASE_URL as they are set: named __Host-/);
  expect(out).toMatch(/ok +database +PostgreSQL [\d.]+ .*the first start makes the tables/);
  expect(out).toMatch(/ok +proxy +https:.* leads to this app, with the headers of the proxy/);
  expect(existsSync(DATA_DIR)).toBe(false);
  // The table was not migrated the time before.
  expect((await world.examine()).check('database')?.seen).toMatch(/the first start makes the tables/);
});

const wrong: readonly (readonly [string, Record<string, string>, string, RegExp, RegExp])[] = [
  [
    'a redirect URI that is not registered',
    { BASE_URL: 'https://localhost:1/app/' },
    'redirect_uri',
    /does not know the redirect URI: it answered 400/,
    /^Register exactly https:\/\/localhost:1\/app\/auth-callback at the provider/,
  ],
  [
    'a client that is not registered',
    { OIDC_CLIENT_ID: 'somebody' },
    'redirect_uri',
    /does not know the redirect URI, or the client id: it answered 400/,
    /Check OIDC_CLIENT_ID too\.$/,
  ],
  [
    'a wrong secret',
    { OIDC_CLIENT_SECRET: 'not the secret at all' },
    'client_authentication',
    /does not accept the client by client_secret_basic \(token endpoint answered 401 with a challenge\)/,
    /^Check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: .*client_secret_post/,
  ],
  [
    'another SESSION_SECRET than the app has',
    { SESSION_SECRET: 'b7Qk2Lz9+Xw4/Rt6Yp1Nv8Mc3Jd5Hs0GfEaUiOyT' },
    'proxy',
    /answers 404, and not as this app/,
    /the same SESSION_SECRET/,
  ],
];
it.each(wrong)('names %s, and how to mend it', async (_what, env, name, seen, mend) => {
  const { status, check, out } = await world.examine(env);
  expect(status).toBe(1);
  expect(check(name)).toMatchObject({ result: 'fail', seen: expect.stringMatching(seen) });
  expect(check(name)?.mend).toMatch(mend);
  for (const secret of [world.env.OIDC_CLIENT_SECRET, world.env.SESSION_SECRET, ...Object.values(env)]) {
    if (!/^https:|^somebody$/.test(secret ?? '')) expect(out).not.toContain(secret);
  }
});

it.each([
  [300_000, 'fail', /^The provider's clock is (?:5 min [01] s|4 min 59 s) ahead of this machine's\.$/],
  [-300_000, 'fail', /^The provider's clock is (?:5 min [01] s|4 min 59 s) behind this machine's\.$/],
  [45_000, 'warn', /4[456] s ahead/],
  [20_000, 'ok', /(?:19|20|21) s ahead/],
])('names the clock of the provider where it is off by %i ms', async (skewMs, result, seen) => {
  world.provider.skewMs = skewMs;
  const { status, check } = await world.examine();
  expect(status).toBe(result === 'fail' ? 1 : 0);
  expect(check('clock')).toMatchObject({ result, seen: expect.stringMatching(seen) });
  if (result !== 'ok') expect(check('clock')?.mend).toMatch(/timedatectl set-ntp true/);
});

it('names a Redis that is down, one that wants a password, and one that throws sessions away', async () => {
  const REDIS_URL = `redis://app:hunter2hunter2@127.0.0.1:${await freePort()}`;
  const down = await world.examine({ REDIS_URL });
  expect(down.status).toBe(1);
  expect(down.check('redis')).toMatchObject({ result: 'fail', seen: expect.stringMatching(/ECONNREFUSED/) });
  expect(down.check('redis')?.mend).toMatch(/^Start Redis, and check host, port and TLS in REDIS_URL/);
  expect(down.out).not.toContain('hunter2');

  const login = await world.examine({ REDIS_URL: world.redis.url.replace('//', '//app:hunter2hunter2@') });
  expect(login.check('redis')).toMatchObject({ result: 'fail', seen: expect.stringMatching(/WRONGPASS/) });
  expect(login.check('redis')?.mend).toMatch(/^Check user name and password in REDIS_URL/);

  await world.redis.send('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  const lossy = await world.examine();
  await world.redis.send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  expect(lossy.status).toBe(0);
  expect(lossy.check('redis')).toMatchObject({ result: 'warn', seen: expect.stringMatching(/allkeys-lru/) });
  expect(lossy.check('redis')?.mend).toMatch(/noeviction/);
});

it('names each header that the proxy does not send, and cookies that it changes', async () => {
  world.front.does.sendsProto = false;
  const noProto = await world.examine();
  expect(noProto.status).toBe(1);
  expect(noProto.check('proxy')?.seen).toMatch(/^Requests come without X-Forwarded-Proto/);
  expect(noProto.check('proxy')?.mend).toMatch(/proxy_set_header X-Forwarded-Proto \$scheme;/);

  world.front.behave();
  world.front.does.sendsFor = false;
  const noFor = await world.examine();
  expect(noFor.check('proxy')).toMatchObject({
    result: 'fail',
    seen: expect.stringMatching(/without X-Forwarded-For/),
  });
  expect(noFor.check('proxy')?.mend).toMatch(/proxy_set_header X-Forwarded-For/);

  world.front.behave();
  world.front.does.rewriteCookie = (cookie) => cookie.replace('Path=/', 'Path=/app').replace(/; Secure/, '');
  const cookies = await world.examine();
  expect(cookies.check('cookies')).toMatchObject({
    result: 'fail',
    seen: expect.stringMatching(/no Secure, Path=\/app/),
  });
  expect(cookies.check('cookies')?.mend).toMatch(/proxy_cookie_path/);

  world.front.behave();
  world.front.does.to = await freePort();
  const away = await world.examine();
  world.front.does.to = world.app.port;
  expect(away.check('proxy')).toMatchObject({ result: 'fail', seen: expect.stringMatching(/answers 502/) });
});

it('lists every problem of a configuration that cannot be read, with status 78', async () => {
  const { status, err, out } = await examineWith({
    ...world.env,
    PORT: 'x',
    REDIS_URL: 'redis://h/x',
    BASE_URL: 'ftp://a',
  });
  expect([status, out]).toEqual([78, '']);
  for (const name of ['PORT', 'REDIS_URL', 'BASE_URL']) expect(err).toContain(name);
});

it('prints no password that an error quotes', async () => {
  const place = `127.0.0.1:${world.provider.port}`;
  const { out, check } = await world.examine({ OIDC_ISSUER: `http://ada:hunter2hunter2@${place}` });
  expect(check('issuer')).toMatchObject({ result: 'fail', seen: expect.stringContaining('[redacted]') });
  expect(out).not.toContain('hunter2');
});

it('comes to an end within ten seconds where nothing answers at all', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  const port = await freePort();
  await new Promise<void>((resolve) => {
    silent.listen(port, '127.0.0.1', resolve);
  });
  const startedAt = performance.now();
  const place = `127.0.0.1:${port}`;
  const { status, check } = await world.examine({
    ...{ BASE_URL: `http://${place}`, PORT: String(port), OIDC_ISSUER: `http://${place}` },
    ...{ REDIS_URL: `redis://${place}`, DATABASE_URL: `postgres://app:hunter2hunter2@${place}/app` },
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  for (const socket of sockets) socket.destroy();
  silent.close();
  expect(status).toBe(1);
  for (const name of ['issuer', 'redis', 'database']) expect(check(name)?.result).toBe('fail');
  expect(check('proxy')?.seen).toMatch(/^Nothing answers at http:/);
});
