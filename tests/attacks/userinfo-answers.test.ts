// Userinfo that is about somebody else, broken or forged: the login fails as a whole, never half.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import { arrive, expectRefused, untilCallback } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import * as answers from '../support/scripted-provider/answers.ts';
import {
  hmacToken,
  strangerToken,
  unsignedToken,
  withBadSignature,
} from '../support/scripted-provider/forge.ts';
import type { Json, RawAnswer } from '../support/scripted-provider/types.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
let attacker: AttackerServer;
beforeAll(async () => {
  redis = await startRedis();
  attacker = await startAttackerServer();
  world = await startAppWorld({ redis, auth: { providerTimeoutSeconds: 0.4 } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await attacker.close();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const refusedAtUserinfo = async (status: number, code: string): Promise<void> => {
  const browser = world.browser();
  const visit = await arrive(world, browser, await untilCallback(world, browser));
  await expectRefused(world, browser, visit, { status, code, tokenCalls: 1, userinfoCalls: 1 });
  expect(visit.body).not.toContain('Lovelace');
  expect(await redis.keys('*session*')).toEqual([]);
  expect(await redis.keys('*vault*')).toEqual([]);
};

it.each([
  ['UI-01a', 'another subject', 'user-mallory'],
  ['UI-01a', 'the subject in capitals', 'USER-ADA'],
  ['UI-01a', 'the subject and a blank', 'user-ada '],
  ['UI-01a', 'the subject and a null character', 'user-ada\u0000'],
  ['UI-01a', 'a list that holds the subject', ['user-ada']],
  ['UI-01b', 'no subject', undefined],
  ['UI-01b', 'an empty subject', ''],
  ['UI-01b', 'a subject that is null', null],
])('%s: refuses userinfo with %s', async (_id, _title, sub) => {
  world.provider.bend.userinfo = (claims) => ({ ...claims, sub });
  await refusedAtUserinfo(502, 'userinfo_invalid');
});

it('UI-01a: takes the last of two subjects in one document as JSON does, and compares it', async () => {
  world.provider.bend.raw.userinfo = answers.jsonText('{"sub":"user-ada","sub":"user-mallory"}');
  await refusedAtUserinfo(502, 'userinfo_invalid');
});

const failures: readonly (readonly [string, string, () => RawAnswer, number, string])[] = [
  ['UI-02a', 'is a page', () => answers.html(), 502, 'provider_response_invalid'],
  ['UI-02a', 'is half a document', () => answers.jsonText('{"sub":"user-'), 502, 'userinfo_invalid'],
  ['UI-02a', 'is a list', () => answers.json([testUser]), 502, 'userinfo_invalid'],
  ['UI-02a', 'is a text', () => answers.jsonText('"user-ada"'), 502, 'userinfo_invalid'],
  ['UI-02a', 'is null', () => answers.jsonText('null'), 502, 'userinfo_invalid'],
  ['UI-02b', 'is empty (204)', () => answers.answer(204), 502, 'userinfo_invalid'],
  ['UI-02b', 'is empty (200)', () => answers.answer(200), 502, 'userinfo_invalid'],
  ['UI-02b', 'is a redirect', () => answers.redirectTo(attacker.url), 502, 'userinfo_invalid'],
  ['UI-02c', 'is 500', () => answers.answer(500), 503, 'provider_unavailable'],
  ['UI-02c', 'is 503', () => answers.html(503), 503, 'provider_unavailable'],
  ['UI-02d', 'is 401', () => answers.oauthError('invalid_token', 401), 502, 'userinfo_invalid'],
  ['UI-02d', 'is 403', () => answers.oauthError('insufficient_scope', 403), 502, 'userinfo_invalid'],
  [
    'UI-02d',
    'is 401 with a challenge',
    () => answers.answer(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' }),
    502,
    'userinfo_invalid',
  ],
  ['UI-02e', 'does not come', () => answers.hang(), 503, 'provider_unavailable'],
  ['UI-02e', 'breaks off', () => answers.hangUp(), 503, 'provider_unavailable'],
];

it.each(failures)('%s: nobody is signed in when userinfo %s', async (_id, _title, raw, status, code) => {
  world.provider.bend.raw.userinfo = raw();
  await refusedAtUserinfo(status, code);
  expect(attacker.connections).toBe(0);
});

it('UI-02: without userinfo by configuration, the ID token alone says who it is', async () => {
  await using quiet = await startAppWorld({ provider: world.provider, auth: { userinfo: 'never' } });
  world.provider.bend.raw.userinfo = answers.answer(500);
  const browser = quiet.browser();
  expect((await quiet.signIn(browser)).status).toBe(200);
  expect(await quiet.whoIs(browser)).toBe('user-ada');
  expect(world.provider.calls('userinfo')).toEqual([]);
});

const signed = (claims: Json): Json => ({ aud: 'latchkey-test', iss: world.provider.issuer, ...claims });

it('UI-03: takes userinfo that is a JWT signed for us', async () => {
  world.provider.bend.signUserinfo = (claims) =>
    world.provider.sign(signed({ ...claims, name: 'Signed Ada' }));
  const browser = world.browser();
  expect((await world.signIn(browser)).body).toContain('Signed Ada');
});

const forgeries: readonly (readonly [string, string, (claims: Json) => string | Promise<string>])[] = [
  [
    'UI-03a',
    'a signature that is wrong',
    async (claims) => withBadSignature(await world.provider.sign(signed(claims))),
  ],
  ['UI-03a', 'a stranger’s signature', (claims) => strangerToken(signed(claims))],
  [
    'UI-03a',
    'the public key as an HMAC secret',
    (claims) => hmacToken(signed(claims), world.provider.keys.current.publicPem),
  ],
  ['UI-03b', 'no signature', (claims) => unsignedToken(signed(claims))],
  ['UI-03c', 'another audience', (claims) => world.provider.sign(signed({ ...claims, aud: 'somebody' }))],
  ['UI-03c', 'no audience', (claims) => world.provider.sign({ ...claims })],
  ['UI-03c', 'another issuer', (claims) => world.provider.sign(signed({ ...claims, iss: attacker.url }))],
  ['UI-03c', 'no issuer', (claims) => world.provider.sign(signed({ ...claims, iss: undefined }))],
  ['UI-03', 'another subject', (claims) => world.provider.sign(signed({ ...claims, sub: 'user-mallory' }))],
  [
    'UI-03',
    'an end in the past',
    (claims) => world.provider.sign(signed({ ...claims, exp: world.provider.nowSeconds() - 60 })),
  ],
];

it.each(forgeries)('%s: refuses signed userinfo with %s', async (_id, _title, forge) => {
  world.provider.bend.signUserinfo = (claims) => forge(claims);
  await refusedAtUserinfo(502, 'userinfo_invalid');
});
