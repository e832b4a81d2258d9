// Refreshing at the local provider, by clients and by thieves.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalProviderStorage, memoryProviderStorage } from '../../src/local-provider.ts';
import { embeddedProviderStorage } from '../../src/stores/embedded-provider-storage.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import {
  answerOf,
  beginJourney,
  logIn,
  signIn,
  startWorld,
  type World,
} from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const refreshTokenOf = (tokens: { refresh_token?: string }): string => {
  if (tokens.refresh_token === undefined) throw new Error('no refresh token');
  return tokens.refresh_token;
};

describe('refreshing', () => {
  it('a client gets a new refresh token each time', async () => {
    const first = await logIn(world.app, createBrowserClient(), 'ada');
    const second = await openid.refreshTokenGrant(world.app, refreshTokenOf(first));
    const third = await openid.refreshTokenGrant(world.app, refreshTokenOf(second));
    expect(new Set([first, second, third].map(refreshTokenOf)).size).toBe(3);
    expect(third.claims()).toMatchObject({ sub: 'ada', permissions: ['reports:read', 'admin'] });
    expect(third.claims()?.auth_time).toBe(first.claims()?.auth_time);
  });

  it('a thief who uses an old refresh token ends the whole family', async () => {
    const first = await logIn(world.app, createBrowserClient(), 'ada');
    const second = await openid.refreshTokenGrant(world.app, refreshTokenOf(first));
    await expect(openid.refreshTokenGrant(world.app, refreshTokenOf(first))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(openid.refreshTokenGrant(world.app, refreshTokenOf(second))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(openid.fetchUserInfo(world.app, second.access_token, 'ada')).rejects.toThrow();
  });

  it('a thief who refreshes at the very same moment never ends up with a working token beside the client', async () => {
    const memory = memoryProviderStorage();
    const slow: LocalProviderStorage = {
      ...memory,
      // As over a network: every request has looked before the first one marks the token as used.
      async get(model, id) {
        const entry = await memory.get(model, id);
        await wait(5);
        return entry;
      },
    };
    const own = await startWorld({ storage: slow });
    const token = refreshTokenOf(await logIn(own.app, createBrowserClient(), 'ada'));
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => openid.refreshTokenGrant(own.app, token)),
    );
    const winners = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const winner of winners) {
      await expect(openid.refreshTokenGrant(own.app, refreshTokenOf(winner))).rejects.toThrow();
      await expect(openid.fetchUserInfo(own.app, winner.access_token, 'ada')).rejects.toThrow();
    }
    await own.close();
  });

  it('a thief who uses a code a second time gets nothing and takes the tokens of the first use away', async () => {
    const journey = await beginJourney(world.app);
    const answer = answerOf(await signIn(createBrowserClient(), journey, 'ada'));
    const tokens = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    await expect(openid.authorizationCodeGrant(world.app, answer, journey.checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(openid.fetchUserInfo(world.app, tokens.access_token, 'ada')).rejects.toThrow();
  });

  it('another client cannot use a refresh token', async () => {
    const tokens = await logIn(world.app, createBrowserClient(), 'ada');
    await expect(openid.refreshTokenGrant(world.partner, refreshTokenOf(tokens))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('a person stays signed in when the provider restarts on the same storage', async () => {
    const database = new DatabaseSync(':memory:');
    const before = await startWorld({ storage: embeddedProviderStorage(database) });
    const browser = createBrowserClient();
    const tokens = await logIn(before.app, browser, 'ada');
    await before.close();
    // This process's fetch must notice that its kept-alive connection has been closed.
    await wait(50);

    const after = await startWorld({ ...before.options, storage: embeddedProviderStorage(database) });
    const refreshed = await openid.refreshTokenGrant(after.app, refreshTokenOf(tokens));
    expect(await openid.fetchUserInfo(after.app, refreshed.access_token, 'ada')).toMatchObject({
      sub: 'ada',
    });
    const silent = await logIn(after.app, browser, 'ada', { prompt: 'none' });
    expect(silent.claims()?.sub).toBe('ada');
    await after.close();
  });

  it('a thief who copies the database finds no token, code or cookie in it', async () => {
    const database = new DatabaseSync(':memory:');
    const own = await startWorld({ storage: embeddedProviderStorage(database) });
    const browser = createBrowserClient();
    const tokens = await logIn(own.app, browser, 'ada');
    await browser.get((await beginJourney(own.app, { prompt: 'login' })).url);
    const dump = JSON.stringify(database.prepare('SELECT * FROM provider_entries').all());
    const secrets = [
      tokens.access_token,
      refreshTokenOf(tokens),
      browser.cookies.value(own.issuer, 'lk_op_session'),
    ];
    for (const secret of secrets) {
      expect(secret).toBeTruthy();
      expect(dump).not.toContain(secret);
    }
    await own.close();
  });
});
