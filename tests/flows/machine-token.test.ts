// A service fetches an access token of its own: when it is asked for, once for all callers, and anew in time.
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMachineClient, type MachineClientOptions, type MachineEvent } from '../../src/machine.ts';
import * as answers from '../support/scripted-provider/answers.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let time = Date.now();
let events: MachineEvent[] = [];
const advance = (seconds: number): void => {
  time += seconds * 1000;
};
const client = (options: Partial<MachineClientOptions> = {}) =>
  createMachineClient({
    issuer: provider.issuer,
    clientId: testClient.clientId,
    clientSecret: testClient.clientSecret ?? '',
    clock: () => time,
    onEvent: (event) => void events.push(event),
    ...options,
  });
const textOf = async (token: Promise<{ reveal(): string }>): Promise<string> => (await token).reveal();
const fetches = (): number => provider.calls('token').length;

beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.reset();
  events = [];
});

describe('a machine token', () => {
  it('is not fetched before somebody needs it', async () => {
    client();
    // The one who needs one comes later; whatever the first had begun would be in the log by then.
    await client().token();
    expect(provider.calls('discovery')).toHaveLength(1);
    expect(fetches()).toBe(1);
  });

  it('is asked for with the client credentials grant, scope, audience and parameters', async () => {
    await client({
      scope: ' audits:write audits:read ',
      audience: 'https://api.example.test',
      parameters: { organization: 'org 1' },
    }).token();
    const [call] = provider.calls('token');
    expect(Object.fromEntries(call?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'audits:write audits:read',
      resource: 'https://api.example.test',
      organization: 'org 1',
    });
    expect(call?.headers.authorization).toMatch(/^Basic /);
  });

  it('is one for a hundred callers at once, and for all who come after', async () => {
    const machine = client();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => textOf(machine.token())));
    expect(new Set(tokens).size).toBe(1);
    expect(await textOf(machine.token())).toBe(tokens[0]);
    expect(fetches()).toBe(1);
  });

  it('cannot be printed by accident', async () => {
    const machine = client();
    const token = await machine.token();
    const printed = `${inspect(machine, { depth: 9 })}${inspect(token)}${JSON.stringify({ token })}${token}`;
    expect(printed).not.toContain(token.reveal());
    expect(inspect(events)).not.toContain(token.reveal());
  });

  it('is served for 80 % of its life, then renewed while nobody waits', async () => {
    provider.accessTokenSeconds = 100;
    const machine = client();
    const first = await textOf(machine.token());
    advance(79.9);
    expect(await textOf(machine.token())).toBe(first);
    expect(fetches()).toBe(1);

    let answer = (): void => {};
    provider.bend.tokenResponse = () =>
      new Promise<undefined>((resolve) => {
        answer = () => resolve(undefined);
      });
    advance(0.1);
    // The provider has not answered yet, and fifty callers have their token.
    const served = await Promise.all(Array.from({ length: 50 }, () => textOf(machine.token())));
    expect(new Set(served)).toEqual(new Set([first]));
    await vi.waitFor(() => expect(fetches()).toBe(2));
    answer();
    await vi.waitFor(async () => expect(await textOf(machine.token())).not.toBe(first));
    expect(fetches()).toBe(2);
  });

  it('goes on to its end when renewing it fails, and not beyond', async () => {
    provider.accessTokenSeconds = 100;
    const machine = client();
    const first = await textOf(machine.token());
    await provider.goDown();
    advance(85);
    expect(await textOf(machine.token())).toBe(first);
    await vi.waitFor(() => expect(events.at(-1)?.type).toBe('machine_token_failed'));
    advance(9.9);
    expect(await textOf(machine.token())).toBe(first);
    advance(5.1);
    await expect(machine.token()).rejects.toMatchObject({ code: 'provider_unavailable', status: 503 });
    await provider.comeBack();
    advance(60);
    expect(await textOf(machine.token())).not.toBe(first);
  });

  it('comes after all when the provider was down at the start', async () => {
    await provider.goDown();
    const machine = client();
    await expect(machine.token()).rejects.toMatchObject({ code: 'provider_unavailable' });
    await provider.comeBack();
    advance(1);
    expect(await textOf(machine.token())).not.toBe('');
  });

  it('is not asked for again and again while the provider fails: pauses of 1, 2, 4 … 30 seconds', async () => {
    const machine = client();
    provider.bend.raw.token = answers.answer(500);
    const asked: number[] = [];
    for (let second = 0; second < 100; second += 1) {
      const before = fetches();
      const all = await Promise.allSettled(Array.from({ length: 5 }, () => machine.token()));
      expect(all.every(({ status }) => status === 'rejected')).toBe(true);
      if (fetches() > before) asked.push(second);
      advance(1);
    }
    expect(fetches()).toBe(asked.length);
    expect(asked).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it('waits as long as the provider asks with Retry-After', async () => {
    const machine = client();
    provider.bend.raw.token = answers.answer(429, '{"error":"slow_down"}', {
      'content-type': 'application/json',
      'retry-after': '20',
    });
    await expect(machine.token()).rejects.toMatchObject({ code: 'provider_unavailable' });
    delete provider.bend.raw.token;
    advance(19);
    await expect(machine.token()).rejects.toMatchObject({ code: 'provider_unavailable' });
    advance(1);
    await machine.token();
  });

  it('counts as alive for five minutes when the provider does not say how long', async () => {
    provider.bend.tokenResponse = ({ expires_in: _, ...rest }) => rest;
    const machine = client();
    const first = await textOf(machine.token());
    advance(239);
    expect(await textOf(machine.token())).toBe(first);
    expect(fetches()).toBe(1);
    advance(56);
    expect(await textOf(machine.token())).not.toBe(first);
  });

  it('is fetched anew after it was forgotten', async () => {
    const machine = client();
    const first = await textOf(machine.token());
    await machine.forget();
    expect(await textOf(machine.token())).not.toBe(first);
    await client().forget();
  });

  it('is fetched with a private key where that is how the client proves itself', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256' }] };
    const clientKey = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await using other = await startScriptedProvider({ clients: [{ clientId: 'keyed', jwks }] });
    const machine = createMachineClient({ issuer: other.issuer, clientId: 'keyed', clientKey });
    await machine.token();
    const [call] = other.calls('token');
    expect(call?.form.get('client_assertion')).not.toBeNull();
    expect(call?.headers.authorization).toBeUndefined();
  });

  it('comes from a server that signs nobody in, and so has no authorization endpoint and no keys', async () => {
    provider.bend.discovery = ({ authorization_endpoint: _, jwks_uri: __, ...rest }) => rest;
    await client().token();
  });
});
