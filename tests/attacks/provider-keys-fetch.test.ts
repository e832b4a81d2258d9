// A provider changes its keys, takes them away, or cannot give them; an attacker floods us with unknown ones.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AppWorld, type AppWorldOptions, startAppWorld } from '../support/app-world.ts';
import { answer, hang, html, json, oversized, redirectTo } from '../support/scripted-provider/answers.ts';
import { createSigningKey, signJwt } from '../support/scripted-provider/keys.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  // Asked anew each time: some tests move every clock of the process.
  provider = await startScriptedProvider({ now: () => Date.now() });
});
beforeEach(() => provider.reset());
afterAll(() => provider?.close());

/** A fresh app each time: keys are cached per app. */
const start = (auth: AppWorldOptions['auth'] = {}): Promise<AppWorld> => startAppWorld({ provider, auth });
const jwksCalls = (): number => provider.calls('jwks').length;
const refusal = { status: 502, code: 'id_token_invalid' };

describe('rotation', () => {
  it('OR-23: signs in when the key was changed just before signing', async () => {
    await using world = await start();
    await expectSignedIn(world, await attemptSignIn(world));
    provider.bend.idTokenClaims = async () => void (await provider.rotateKeys());
    provider.bend.signIdToken = (claims) => signJwt(provider.keys.current, claims);
    await expectSignedIn(world, await attemptSignIn(world));
  });

  it('OR-24, ID-13b: signs in when the keys were changed between two logins', async () => {
    await using world = await start();
    await expectSignedIn(world, await attemptSignIn(world));
    await provider.rotateKeys();
    await expectSignedIn(world, await attemptSignIn(world));
    expect(provider.calls('jwks')).toHaveLength(1);
    await provider.rotateKeys();
    world.advance(31);
    await expectSignedIn(world, await attemptSignIn(world));
  });

  it('ID-13b: a rotation locks nobody out: ten people who sign in at once all get in, with one fetch', async () => {
    await using world = await start();
    await expectSignedIn(world, await attemptSignIn(world));
    await provider.rotateKeys();
    provider.forgetCalls();
    const people = Array.from({ length: 10 }, () => world.browser());
    const pages = await Promise.all(people.map((browser) => world.signIn(browser)));
    expect(pages.map(({ status }) => status)).toEqual(people.map(() => 200));
    expect(jwksCalls()).toBe(1);
  });

  it('ID-13a: a flood of tokens with unknown kids costs one fetch per cooldown', async () => {
    await using world = await start();
    await expectSignedIn(world, await attemptSignIn(world));
    provider.forgetCalls();
    const stranger = await createSigningKey();
    let count = 0;
    provider.bend.signIdToken = (claims) => {
      count += 1;
      return signJwt(stranger, claims, { kid: `unknown-${count}` });
    };
    const flood = async (): Promise<void> => {
      const pages = await Promise.all(Array.from({ length: 34 }, () => world.signIn(world.browser())));
      expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([502]));
    };
    await flood();
    await flood();
    expect(jwksCalls()).toBe(1);
    world.advance(31);
    await flood();
    expect(jwksCalls()).toBe(2);
  });

  it('OR-21: fetches keys from wherever the metadata says', async () => {
    provider.bend.discovery = (metadata) => {
      metadata.jwks_uri = `${provider.issuer}/keys/4711`;
    };
    provider.bend.raw.other = json({ keys: [provider.keys.current.publicJwk] });
    await using world = await start();
    await expectSignedIn(world, await attemptSignIn(world));
    expect(provider.calls('other').map(({ path }) => path)).toEqual(['/keys/4711']);
    expect(jwksCalls()).toBe(0);
  });
});

describe('a key set that cannot be fetched', () => {
  const outages: [string, RawAnswer, number][] = [
    ['answers 500', answer(500, 'sorry'), 503],
    ['hangs', hang(), 503],
    ['answers with HTML', html(), 502],
    ['redirects', redirectTo('https://elsewhere.example/jwks'), 502],
    ['sends a megabyte and more', oversized(1_100_000, { keys: [] }), 502],
    ['sends no key set', json({ nothing: true }), 502],
  ];
  const impatient = { providerTimeoutSeconds: 0.5 };
  const moveClock = (minutes: number) => void vi.setSystemTime(Date.now() + minutes * 60_000);

  it.each(outages)('ID-14a: a key set that %s: nobody gets in unverified', async (_what, raw, status) => {
    await using world = await start(impatient);
    provider.bend.raw.jwks = raw;
    const attempt = await attemptSignIn(world);
    const code = String(attempt.log.find(({ msg }) => msg === 'login_failed')?.code);
    await expectRefused(world, attempt, { status, code });
  });

  it.each(outages)(
    'ID-14a: a key set that %s later: keys we have serve for an hour, no longer',
    async (...row) => {
      const [, raw, status] = row;
      await using world = await start(impatient);
      await expectSignedIn(world, await attemptSignIn(world));
      provider.bend.raw.jwks = raw;
      // Every clock moves, the key cache's own too.
      vi.useFakeTimers({ toFake: ['Date'] });
      try {
        moveClock(11);
        await expectSignedIn(world, await attemptSignIn(world));
        expect(provider.calls('jwks')).toHaveLength(1);
        moveClock(60);
        const attempt = await attemptSignIn(world);
        const code = String(attempt.log.find(({ msg }) => msg === 'login_failed')?.code);
        await expectRefused(world, attempt, { status, code });
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('ID-14b: a key that was taken out of the set stops working when the cache is old', async () => {
    await using world = await start(impatient);
    const withdrawn = provider.keys.current;
    await expectSignedIn(world, await attemptSignIn(world));
    await provider.rotateKeys();
    provider.bend.signIdToken = (claims) => signJwt(withdrawn, claims);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      moveClock(11);
      await expectRefused(world, await attemptSignIn(world), refusal);
    } finally {
      vi.useRealTimers();
    }
  });
});
