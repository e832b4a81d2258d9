// OL-06, LO-08, LO-13: a logout token with one thing wrong with it ends nothing, and says so in the same words.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import {
  deliver,
  expectRefusedDelivery,
  logoutClaims,
  logoutEvent,
  logoutToken,
  signedInWithSid,
} from '../support/logout-tokens.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import {
  embeddedKeyToken,
  hmacToken,
  remoteKeyToken,
  strangerToken,
  unsignedToken,
  withBadSignature,
} from '../support/scripted-provider/forge.ts';
import { type SigningKey, signJwt } from '../support/scripted-provider/keys.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
let victim: { readonly browser: BrowserClient; readonly sid: string };
let other: SigningKey;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
  // Published, and of a kind that the provider does not sign with according to its metadata.
  other = await world.provider.keys.add('ES256');
  victim = await signedInWithSid(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(() => world.provider.forgetCalls());

const claims = (changes: Json = {}): Json => logoutClaims(world.provider, { sid: victim.sid, ...changes });
const header = { typ: 'logout+jwt' };
const signed = (changes: Json, more: Json = {}) =>
  world.provider.sign(claims(changes), { ...header, ...more });
const now = () => world.provider.nowSeconds();

/** Refused, reported once with its code, and the session goes on with everything it has. */
const expectNothingEnded = async (token: string): Promise<void> => {
  const keys = await redis.keys();
  const lines = world.logLines().length;
  expectRefusedDelivery(await deliver(world, token));
  expect(await world.whoIs(victim.browser)).toBe('user-ada');
  expect(await redis.keys()).toEqual(keys);
  const told = world.logLines().slice(lines);
  expect(told.filter(({ msg }) => msg === 'back_channel_refused')).toMatchObject([
    { level: 'warn', code: 'logout_token_invalid' },
  ]);
  expect(told.filter(({ msg }) => msg === 'session_ended')).toEqual([]);
};

describe('a logout token that somebody forged', () => {
  it.each<[string, () => string | Promise<string>]>([
    ['OL-06a: without a signature, alg none', () => unsignedToken(claims(), header)],
    ['OL-06b: signed with another algorithm than the registered one', () => signJwt(other, claims(), header)],
    ['LO-08a: with other signature bytes', async () => withBadSignature(await signed({}))],
    ['LO-08a: signed by a stranger', () => strangerToken(claims(), header)],
    [
      'LO-08a: signed by a stranger under the key id of the provider',
      () => strangerToken(claims(), { ...header, kid: world.provider.keys.current.kid }),
    ],
    [
      'LO-08a: HS256 with the client secret',
      () => hmacToken(claims(), testClient.clientSecret ?? '', header),
    ],
    [
      'LO-08a: HS256 with the public key',
      () => hmacToken(claims(), world.provider.keys.current.publicPem, header),
    ],
    ['LO-08g: signed with a key in its own header', () => embeddedKeyToken(claims(), header)],
    [
      'LO-08g: signed with a key that its header points to (jku)',
      () => remoteKeyToken(claims(), { jku: `${world.provider.origin}/stranger-keys` }),
    ],
    [
      'LO-08g: signed with a key that its header points to (x5u)',
      () => remoteKeyToken(claims(), { x5u: `${world.provider.origin}/stranger-keys` }),
    ],
    ['LO-08a: with a critical header that nobody knows', () => signed({}, { crit: ['exp2'], exp2: 1 })],
    ['LO-08a: no JWT at all', () => 'nonsense'],
    ['LO-08a: three empty parts', () => '..'],
  ])('%s', async (_case, make) => {
    await expectNothingEnded(await make());
    expect(world.provider.calls('other')).toEqual([]);
  });
});

describe('a logout token that the provider signed, but not for this', () => {
  it.each<[string, () => Json]>([
    ['OL-06c: of another issuer', () => ({ iss: 'https://evil.example' })],
    ['OL-06c: of the issuer with a slash more', () => ({ iss: `${world.provider.issuer}/` })],
    ['OL-06c: without an issuer', () => ({ iss: undefined })],
    ['OL-06d: for another client', () => ({ aud: 'somebody-else' })],
    ['OL-06d: without an audience', () => ({ aud: undefined })],
    ['LO-08h: for this client and another', () => ({ aud: [testClient.clientId, 'somebody-else'] })],
    ['LO-08h: for other clients', () => ({ aud: ['somebody-else', 'a-third'] })],
    ['OL-06e: without events', () => ({ events: undefined })],
    ['OL-06f: with another event', () => ({ events: { 'http://schemas.openid.net/event/other': {} } })],
    ['OL-06f: with the event in other letters', () => ({ events: { [logoutEvent.toUpperCase()]: {} } })],
    ['OL-06g: with a nonce', () => ({ nonce: 'n' })],
    ['OL-06g: with a nonce of null', () => ({ nonce: null })],
    ['LO-08b: without iat', () => ({ iat: undefined })],
    ['LO-08b: eleven minutes old', () => ({ iat: now() - 660, exp: now() + 600 })],
    ['LO-08b: from a minute ahead', () => ({ iat: now() + 60, exp: now() + 600 })],
    ['LO-08b: with an iat that is a text', () => ({ iat: String(now()) })],
    ['LO-08c: over since a minute', () => ({ iat: now() - 120, exp: now() - 60 })],
    ['LO-08c: without exp', () => ({ exp: undefined })],
    ['LO-08c: with an exp that is a text', () => ({ exp: 'never' })],
    ['LO-08d: with events as a list', () => ({ events: [logoutEvent] })],
    ['LO-08d: with no event in events', () => ({ events: {} })],
    ['LO-08d: with events as a text', () => ({ events: logoutEvent })],
    ['LO-08d: with an event that is a text', () => ({ events: { [logoutEvent]: 'yes' } })],
    ['LO-08d: with an event that is a list', () => ({ events: { [logoutEvent]: [] } })],
    ['LO-08d: with an event of null', () => ({ events: { [logoutEvent]: null } })],
    ['LO-08e: without sub and sid', () => ({ sub: undefined, sid: undefined })],
    ['LO-08e: with an empty sub beside a good sid', () => ({ sub: '' })],
    ['LO-08e: with an empty sid beside a good sub', () => ({ sid: '' })],
    ['LO-08e: with a sub that is a list', () => ({ sub: ['user-ada'] })],
    ['LO-08e: with a sid that is a number', () => ({ sid: 7 })],
    ['LO-09: without jti', () => ({ jti: undefined })],
    ['LO-09: with an empty jti', () => ({ jti: '' })],
  ])('%s', async (_case, changes) => {
    await expectNothingEnded(await signed(changes()));
  });

  it('LO-08f: an ID token, with its nonce or without', async () => {
    const idToken = {
      iss: world.provider.issuer,
      sub: 'user-ada',
      aud: testClient.clientId,
      iat: now(),
      exp: now() + 600,
      sid: victim.sid,
      nonce: 'n',
    };
    await expectNothingEnded(await world.provider.sign(idToken));
    const { nonce: _, ...withoutNonce } = idToken;
    await expectNothingEnded(await world.provider.sign({ ...withoutNonce, jti: 'a' }));
  });

  it.each(['at+jwt', 'secevent+jwt', 'dpop+jwt', 'JOSE', ''])('LO-13: of type %j', async (typ) => {
    await expectNothingEnded(await signed({}, { typ }));
  });
});

describe('LO-13: the type of a good one', () => {
  it.each([
    ['logout+jwt', 'logout+jwt'],
    ['LOGOUT+JWT in other letters', 'LOGOUT+JWT'],
    ['application/logout+jwt', 'application/logout+jwt'],
    ['JWT', 'JWT'],
    ['none at all', undefined],
  ])('LO-13a, LO-13b: %s is taken', async (_what, typ) => {
    const ada = await signedInWithSid(world);
    const token = await logoutToken(world.provider, { sid: ada.sid }, { typ });
    expect((await deliver(world, token)).status).toBe(200);
    expect(await world.whoIs(ada.browser)).toBe('401');
    expect(await world.whoIs(victim.browser)).toBe('user-ada');
  });

  it('LO-13b: only logout+jwt where the configuration is strict', async () => {
    await using strict = await startAppWorld({ auth: { logoutTokenTyp: 'strict' } });
    const ada = await signedInWithSid(strict);
    for (const typ of ['JWT', undefined]) {
      const token = await logoutToken(strict.provider, { sid: ada.sid }, { typ });
      expectRefusedDelivery(await deliver(strict, token));
      expect(await strict.whoIs(ada.browser)).toBe('user-ada');
    }
    expect((await deliver(strict, await logoutToken(strict.provider, { sid: ada.sid }))).status).toBe(200);
    expect(await strict.whoIs(ada.browser)).toBe('401');
  });

  it('an audience that is a list of this client alone, and half a minute of skew, are taken', async () => {
    const ada = await signedInWithSid(world);
    const changes = { sid: ada.sid, aud: [testClient.clientId], iat: now() + 25, exp: now() - 25 };
    expect((await deliver(world, await logoutToken(world.provider, changes))).status).toBe(200);
    expect(await world.whoIs(ada.browser)).toBe('401');
  });
});
