// An attacker, or a broken provider, delivers an ID token whose claims are wrong.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { withRawClaim } from '../support/scripted-provider/forge.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await redis?.stop();
});

const client = testClient.clientId;
const hour = 3600;
type Change = (claims: Json) => void;
const without =
  (name: string): Change =>
  (claims) => {
    delete claims[name];
  };
const set =
  (values: Json): Change =>
  (claims) =>
    void Object.assign(claims, values);
const shift =
  (name: string, seconds: number): Change =>
  (claims) => {
    claims[name] = Math.floor(world.now() / 1000) + seconds;
  };

/** A session key would be a login; the key that says "this state is used up" is none. */
const sessionKeys = async (): Promise<readonly string[]> =>
  (await redis.keys()).filter((key) => !key.includes('once'));

const expectInvalid = async (code = 'id_token_invalid'): Promise<void> => {
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, { status: 502, code });
  expect(await sessionKeys()).toEqual([]);
};

it('OR-01: signs in with an honest ID token, which shows that the refusals below have one cause', async () => {
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  expect((await sessionKeys()).length).toBeGreaterThan(0);
  const [request] = world.provider.calls('authorize');
  expect(request?.query.get('response_type')).toBe('code');
  expect(world.provider.calls('token')).toHaveLength(1);
  expect(world.provider.calls('userinfo')).toHaveLength(1);
});

const wrong: readonly (readonly [id: string, what: string, change: Change])[] = [
  ['OR-02', 'whose nonce is not the one that was sent', set({ nonce: 'another-nonce' })],
  ['OR-02', 'without a nonce', without('nonce')],
  ['OR-08a', 'without an audience', without('aud')],
  ['OR-08b', 'for another client', set({ aud: 'another-client' })],
  ['OR-08b', 'for another client, as a list', set({ aud: ['another-client'] })],
  ['OR-08b', 'for nobody, as an empty list', set({ aud: [] })],
  ['OR-08b', 'for this client in other letters', set({ aud: client.toUpperCase() })],
  ['OR-09a', 'without iat', without('iat')],
  ['OR-09b', 'without sub', without('sub')],
  ['OR-10', 'of another issuer', set({ iss: 'https://other.example' })],
  ['OR-10', 'without an issuer', without('iss')],
  ['ID-03a', 'that expired a minute ago', shift('exp', -60)],
  ['ID-03a', 'whose exp is a text', set({ exp: '9999999999' })],
  ['ID-03a', 'whose exp is null, as NaN becomes', set({ exp: Number.NaN })],
  ['ID-03a', 'without exp', without('exp')],
  ['ID-03b', 'that begins a minute from now', shift('nbf', 60)],
  ['ID-03b', 'whose nbf is a text', set({ nbf: 'now' })],
  ['ID-03c', 'issued a minute from now', shift('iat', 60)],
  ['ID-03c', 'issued hours ago', shift('iat', -3 * hour)],
  ['ID-03c', 'whose iat is a text', set({ iat: '1' })],
  ['ID-04a', 'for two audiences without azp', set({ aud: [client, 'other'] })],
  ['ID-04b', 'that names another audience beside this client', set({ aud: [client, 'other'], azp: client })],
  ['ID-04b', 'that names this client twice', set({ aud: [client, client] })],
  ['ID-04c', 'issued to another party (azp)', set({ azp: 'other' })],
  ['ID-04c', 'whose azp is a list', set({ azp: [client] })],
  ['ID-06a', 'whose sub is a number', set({ sub: 42 })],
  ['ID-06a', 'whose sub is an object', set({ sub: { toString: 'user-ada' } })],
  ['ID-06a', 'whose sub is a list', set({ sub: ['user-ada'] })],
  ['ID-06b', 'whose sub is empty', set({ sub: '' })],
  ['ID-06b', 'whose sub has 256 characters', set({ sub: 'x'.repeat(256) })],
  ['ID-07a', 'whose at_hash belongs to another access token', set({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
  ['ID-07a', 'whose at_hash is empty', set({ at_hash: '' })],
  ['ID-07a', 'whose at_hash is a list', set({ at_hash: ['x'] })],
  ['ID-07a', 'whose c_hash belongs to another code', set({ c_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
  ['ID-08a', 'whose auth_time is an hour ahead', shift('auth_time', hour)],
  ['ID-08a', 'whose auth_time is a text', set({ auth_time: 'yesterday' })],
];

it.each(wrong)('%s: refuses an ID token %s', async (_id, _what, change) => {
  // The same person at userinfo too: only the check of the ID token can refuse.
  world.provider.bend.idTokenClaims = change;
  const attempt = await attemptSignIn(world);
  const failure = attempt.log.find(({ msg }) => msg === 'login_failed');
  const code = String(failure?.code);
  expect(['id_token_invalid', 'provider_response_invalid']).toContain(code);
  await expectRefused(world, attempt, { status: 502, code });
  expect(await sessionKeys()).toEqual([]);
});

it.each([
  ['with a slash at its end', (issuer: string) => `${issuer}/`],
  ['in other letters', (issuer: string) => issuer.replace('http:', 'HTTP:')],
  ['with another port', (issuer: string) => issuer.replace(/\d+$/, '1')],
  ['with a query', (issuer: string) => `${issuer}?`],
])('ID-05a: refuses an ID token whose issuer is ours %s', async (_what, change) => {
  world.provider.bend.idTokenClaims = set({ iss: change(world.provider.issuer) });
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, {
    status: 502,
    code: String(attempt.log.find(({ msg }) => msg === 'login_failed')?.code),
  });
});

it('ID-03a: refuses an ID token whose exp is written as the bare word NaN', async () => {
  world.provider.bend.signIdToken = ({ exp: _, ...claims }, { key }) =>
    withRawClaim(key, claims, '"exp":NaN');
  await expectInvalid('provider_response_invalid');
});

it('ID-07b: refuses a token response without an ID token', async () => {
  world.provider.bend.tokenResponse = without('id_token');
  await expectInvalid('provider_response_invalid');
});

it.each([
  ['ID-03a', 'expired 20 seconds ago', shift('exp', -20)],
  ['ID-03b', 'valid only 20 seconds from now', shift('nbf', 20)],
  ['ID-03c', 'issued 20 seconds from now', shift('iat', 20)],
  ['ID-06b', 'about a sub of 255 characters', set({ sub: 'x'.repeat(255) })],
])('%s: takes an ID token %s: clocks differ, and limits are where they are said to be', async (...row) => {
  const [, , change] = row;
  world.provider.bend.idTokenClaims = change;
  world.provider.bend.userinfo = (claims) => {
    if (row[0] === 'ID-06b') claims.sub = 'x'.repeat(255);
  };
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt, row[0] === 'ID-06b' ? 'x'.repeat(255) : 'user-ada');
});
