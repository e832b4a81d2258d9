// The provider's clock and ours differ: what is taken, and from where on an ID token is too old or not yet valid.
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';

let world: RefreshWorld;
beforeAll(async () => {
  world = await startRefreshWorld();
});
beforeEach(() => world.provider.reset());
afterAll(() => world[Symbol.asyncDispose]());

type Claim = 'iat' | 'nbf' | 'exp';
const shift =
  (name: Claim, seconds: number) =>
  (claims: Json): void => {
    claims[name] = Math.floor(world.now() / 1000) + seconds;
  };

/** 30 seconds are the tolerance (docs/threat-model.md); one second of room for the time that the test takes. */
const cases: readonly (readonly [Claim, number, 'taken' | 'refused'])[] = [
  ['iat', -60, 'taken'],
  ['iat', 28, 'taken'],
  ['iat', 60, 'refused'],
  ['nbf', -60, 'taken'],
  ['nbf', 28, 'taken'],
  ['nbf', 60, 'refused'],
  ['exp', 60, 'taken'],
  ['exp', -28, 'taken'],
  ['exp', -60, 'refused'],
];

it.each(cases)('ID-03: at a login an %s of %i seconds from now is %s', async (claim, seconds, verdict) => {
  world.provider.bend.idTokenClaims = shift(claim, seconds);
  const browser = world.browser();
  const page = await world.signIn(browser, '/page');
  expect(page.status).toBe(verdict === 'taken' ? 200 : 502);
  expect((await world.who(browser)).status).toBe(verdict === 'taken' ? 200 : 401);
});

it.each(cases)('ID-03: at a renewal an %s of %i seconds from now is %s', async (claim, seconds, verdict) => {
  const browser = await world.signedIn();
  // Every clock of the process moves: the libraries below look at the real one.
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    vi.setSystemTime(Date.now() + tokenLife.due * 1000);
    world.provider.bend.idTokenClaims = shift(claim, seconds);
    expect((await world.who(browser)).status).toBe(verdict === 'taken' ? 200 : 401);
    expect(world.refreshes()).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

it.each([60, -60])(
  'ID-03: a provider whose clock is %i seconds off as a whole: what it signs now is judged alike',
  async (off) => {
    world.provider.bend.idTokenClaims = (claims) => {
      for (const name of ['iat', 'exp', 'auth_time']) claims[name] = Number(claims[name]) + off;
    };
    // Behind by a minute is old news; ahead by a minute is beyond the tolerance.
    expect((await world.signIn(world.browser(), '/page')).status).toBe(off < 0 ? 200 : 502);
  },
);
