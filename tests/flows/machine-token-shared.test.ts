// Several processes share one machine token through Redis: fetched once, sealed, and not lost with Redis.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMachineClient, type MachineClientOptions, type MachineEvent } from '../../src/machine.ts';
import { type MachineProcess, startMachineProcess } from '../support/machine-processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

const secret = 'a secret of the machines, 32 characters or more';
let provider: ScriptedProvider;
let redis: TestRedis;
let processes: readonly [MachineProcess, MachineProcess];

const options = (more: Partial<MachineClientOptions> = {}): MachineClientOptions => ({
  issuer: provider.issuer,
  clientId: testClient.clientId,
  clientSecret: testClient.clientSecret ?? '',
  cache: { type: 'redis', host: '127.0.0.1', port: redis.port, db: 3, secret },
  ...more,
});
const fetches = (): number => provider.calls('token').length;
const clients: { close(): Promise<void> }[] = [];
const client = (more: Partial<MachineClientOptions> = {}) => {
  const made = createMachineClient(options(more));
  clients.push(made);
  return made;
};

beforeAll(async () => {
  [provider, redis] = await Promise.all([startScriptedProvider(), startRedis()]);
  const byUrl = { type: 'redis', url: `${redis.url}/3`, secret } as const;
  processes = await Promise.all([
    startMachineProcess(options()),
    startMachineProcess(options({ cache: byUrl })),
  ]);
});
afterAll(async () => {
  for (const one of clients) await one.close();
  for (const one of processes) await one[Symbol.asyncDispose]();
  await Promise.all([provider.close(), redis.stop()]);
});
beforeEach(async () => {
  provider.reset();
  await redis.flush();
});

const askBoth = async (callers: number) => {
  const answers = await Promise.all(processes.map((one) => one.ask(callers)));
  return { tokens: answers.flatMap(({ tokens }) => tokens), failed: answers.flatMap(({ failed }) => failed) };
};

describe('two processes', () => {
  it('fetch one token for a hundred callers at once, and one more each time it is due', async () => {
    provider.accessTokenSeconds = 2;
    provider.bend.tokenResponse = async () => wait(100);
    const all: string[] = [];
    for (let round = 1; round <= 2; round += 1) {
      const { tokens, failed } = await askBoth(50);
      expect(failed).toEqual([]);
      expect(tokens).toHaveLength(100);
      expect(new Set(tokens).size).toBe(1);
      expect(fetches()).toBe(round);
      all.push(tokens[0] ?? '');
      // Ended, not only due: everybody has to wait for the next one.
      if (round === 1) await wait(2000);
    }
    expect(new Set(all).size).toBe(2);
  });

  it('renew a token that is due once for both, and both get the new one', async () => {
    // What the test before has left in the memories of the processes has to end first.
    await wait(2000);
    provider.accessTokenSeconds = 4;
    const first = (await askBoth(5)).tokens[0];
    await wait(3250);
    provider.forgetCalls();
    const due = await askBoth(50);
    expect(new Set(due.tokens)).toEqual(new Set([first]));
    await vi.waitFor(async () => {
      const { tokens } = await askBoth(1);
      expect(new Set(tokens).size).toBe(1);
      expect(tokens[0]).not.toBe(first);
    });
    expect(fetches()).toBe(1);
  });
});

describe('the shared token', () => {
  it('is sealed in Redis, in the database that was named, and ends there with its life', async () => {
    provider.accessTokenSeconds = 100;
    const token = (await client().token()).reveal();
    expect(await redis.keys()).toEqual([]);
    await redis.send('SELECT', '3');
    try {
      const [key = '', ...others] = await redis.keys();
      expect(others).toEqual([]);
      expect(key).toMatch(/^latchkey:machine:\{[\w-]{43}\}$/);
      const kept = String(await redis.send('GET', key));
      for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(kept).not.toContain(Buffer.from(token).toString(encoding).replace(/=+$/, ''));
      }
      const seconds = Number(await redis.send('TTL', key));
      expect(seconds).toBeGreaterThan(90);
      expect(seconds).toBeLessThanOrEqual(95);
    } finally {
      await redis.send('SELECT', '0');
    }
  });

  it('is taken by a process that starts later, without asking the provider', async () => {
    const token = (await client().token()).reveal();
    expect((await client().token()).reveal()).toBe(token);
    expect(provider.calls('token')).toHaveLength(1);
  });

  it('is not given to a client with another scope or another secret', async () => {
    await client({ scope: 'a' }).token();
    await client({ scope: 'b' }).token();
    expect(fetches()).toBe(2);
    const other = {
      type: 'redis',
      url: `${redis.url}/3`,
      secret: 'another secret of the machines, as long',
    } as const;
    await client({ scope: 'a', cache: other }).token();
    expect(fetches()).toBe(3);
  });

  it('opens with the old secret after a rotation', async () => {
    const token = (await client().token()).reveal();
    const rotated = [`the next ${secret}`, secret];
    const cache = { type: 'redis', url: `${redis.url}/3`, secret: rotated } as const;
    expect((await client({ cache }).token()).reveal()).toBe(token);
  });

  it('that somebody scribbled over is fetched anew', async () => {
    const first = (await client().token()).reveal();
    await redis.send('SELECT', '3');
    const [key = ''] = await redis.keys();
    await redis.send('SET', key, 'AQEBscribble');
    await redis.send('SELECT', '0');
    expect((await client().token()).reveal()).not.toBe(first);
  });

  it('is one that a service refused no more, once another process replaced it', async () => {
    const [one, two] = [client(), client()];
    const refused = await one.token();
    await two.token();
    const next = await one.replace(refused);
    expect((await two.replace(refused))?.reveal()).toBe(next?.reveal());
    expect(fetches()).toBe(2);
  });

  it('is gone for all who start later when it was forgotten', async () => {
    const one = client();
    await one.token();
    await one.forget();
    await client().token();
    expect(fetches()).toBe(2);
  });
});

describe('when Redis', () => {
  it('is away, each process fetches its own token, and says so', async () => {
    const events: MachineEvent[] = [];
    await redis.kill();
    try {
      const machine = client({ onEvent: (event) => void events.push(event) });
      const [one, two] = await Promise.all([machine.token(), machine.token()]);
      expect(one.reveal()).toBe(two.reveal());
      expect(fetches()).toBe(1);
      expect(events.map(({ type }) => type)).toContain('token_cache_failed');
    } finally {
      await redis.restart();
    }
  });

  it('hangs, the token comes all the same', async () => {
    const cache = { type: 'redis', url: `${redis.url}/3`, secret, commandTimeoutMs: 200 } as const;
    redis.pause();
    try {
      expect((await client({ cache }).token()).reveal()).not.toBe('');
    } finally {
      redis.resume();
    }
  });

  it('holds the lock of a process that died, the next one waits no longer than its lease', async () => {
    const token = await client().token();
    await redis.send('SELECT', '3');
    const [key = ''] = await redis.keys();
    await redis.send('DEL', key);
    await redis.send('SET', key.replace(':machine:', ':lock:machine:'), 'the dead', 'PX', '700');
    await redis.send('SELECT', '0');
    expect((await client().token()).reveal()).not.toBe(token.reveal());
  });
});
