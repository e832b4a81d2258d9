// PostgreSQL goes away and comes back: whoever asks is told so in time, and nothing has to be restarted.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DirectoryStore, openDirectory } from '../../src/directory.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startQuietProxy } from '../support/quiet-proxy.ts';

let postgres: TestPostgres;
let store: DirectoryStore;
let url: string;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.freshDatabase();
  store = await openDirectory({ url, commandTimeoutMs: 500 });
  return () => store.close();
});

const add = (name: string) => store.people.create({ username: name, permissions: [], roles: [] }, 1);
const key = { issuer: 'https://op.example', subject: 'ada' };
const questions = (): readonly (() => Promise<unknown>)[] => [
  () => store.ping(),
  () => add('late'),
  () => store.people.findByKey(key),
  () => store.people.signedIn({ ...key, claims: {}, at: 1 }, { permissions: [], roles: [] }),
  () => store.passwords.find('a'),
  () => store.loginTokens.find('a'),
  () => store.apiKeys.find('a'),
  () => store.audit.count({}),
  () => store.audit.all({})[Symbol.asyncIterator]().next(),
];
const outage = { code: 'store_unavailable', status: 503 };

describe('PostgreSQL', () => {
  it('that is ended and started again is an outage meanwhile, and works afterwards', async () => {
    await add('before');
    const busy = Promise.allSettled(Array.from({ length: 20 }, () => store.people.count()));
    await postgres.kill();
    await busy;
    for (const ask of questions()) await expect(ask()).rejects.toMatchObject(outage);
    await postgres.restart();
    await store.ping();
    expect(await store.people.count()).toBe(1);
    await add('after');
  });

  it('that hangs is an outage after the deadline, and what hung is not asked again', async () => {
    await using proxy = await startQuietProxy(postgres.port);
    const throughProxy = url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    await store.close();
    store = await openDirectory({ url: throughProxy, commandTimeoutMs: 500 });
    await Promise.all(Array.from({ length: 12 }, () => store.people.count()));
    proxy.fallSilent();
    const since = performance.now();
    const asked = [...questions(), ...questions()].map((ask) => expect(ask()).rejects.toMatchObject(outage));
    await Promise.all(asked);
    expect(performance.now() - since).toBeLessThan(4000);
    proxy.speakAgain();
    await Promise.all(Array.from({ length: 12 }, () => store.people.count()));
    await store.close();
  });

  it('that ends all connections is asked over new ones', async () => {
    await Promise.all(Array.from({ length: 12 }, () => store.people.count()));
    await postgres.run(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey'",
    );
    // One question for each connection of the pool at most finds out.
    const failed = async () =>
      store.people.count().then(
        () => false,
        () => true,
      );
    let failures = 0;
    while (await failed()) failures += 1;
    expect(failures).toBeLessThanOrEqual(10);
  });

  it('that holds a lock for long is an outage for who waits, and no longer than the deadline', async () => {
    const locked = postgres.run(url, 'begin; lock table latchkey_people; select pg_sleep(1.5); commit');
    await postgres.run(url, 'select 1');
    let code = '';
    while (code === '')
      code = await store.people.count().then(
        () => '',
        (error) => error.code,
      );
    expect(code).toBe('store_unavailable');
    await locked;
    expect(await store.people.count()).toBe(0);
  });

  it('that is away at the start is migrated when it comes', async () => {
    const later = await postgres.freshDatabase();
    await postgres.kill();
    const early = await openDirectory({ url: later });
    await expect(early.ping()).rejects.toMatchObject(outage);
    await postgres.restart();
    expect(await Promise.all(Array.from({ length: 5 }, () => early.people.count()))).toEqual([0, 0, 0, 0, 0]);
    await early.close();
  });
});
