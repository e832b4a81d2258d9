// An attacker forges the signature or the header of an ID token, or delivers another kind of token in its place.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import {
  embeddedKeyToken,
  encryptedLookingToken,
  hmacToken,
  remoteKeyToken,
  strangerToken,
  unsignedToken,
  withBadSignature,
  withOtherClaims,
} from '../support/scripted-provider/forge.ts';
import { createSigningKey, signJwt } from '../support/scripted-provider/keys.ts';
import type { Bends, Json } from '../support/scripted-provider/types.ts';
import { startScriptedProvider, testClient } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

type Forgery = NonNullable<Bends['signIdToken']>;

let world: AppWorld;
let attacker: AttackerServer;
beforeAll(async () => {
  world = await startAppWorld();
  attacker = await startAttackerServer();
  // An over-generous provider: what it lists must not widen what is accepted.
  world.provider.bend.discovery = (metadata) => {
    metadata.id_token_signing_alg_values_supported = ['none', 'HS256', 'RS256', 'ES256'];
  };
  await expectSignedIn(world, await attemptSignIn(world));
});
beforeEach(() => world.provider.reset());
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await attacker?.close();
});

const failureCode = (log: readonly Record<string, unknown>[]): string =>
  String(log.find(({ msg }) => msg === 'login_failed')?.code);

const expectForgeryRefused = async (forge: Forgery): Promise<void> => {
  world.provider.bend.signIdToken = forge;
  const attempt = await attemptSignIn(world);
  const code = failureCode(attempt.log);
  expect(['id_token_invalid', 'provider_response_invalid']).toContain(code);
  await expectRefused(world, attempt, { status: 502, code });
};

const secret = testClient.clientSecret ?? '';
const forgeries: readonly (readonly [id: string, what: string, forge: Forgery])[] = [
  ['OR-11', 'without a signature (alg none)', (claims) => unsignedToken(claims)],
  ['OR-11', 'of alg None', (claims) => unsignedToken(claims, { alg: 'None' })],
  ['OR-11', 'without an alg', (claims) => unsignedToken(claims, { alg: undefined })],
  [
    'ID-01a',
    'whose header says none and whose signature is honest',
    (claims, { key }) => signJwt(key, claims, { alg: 'none' }),
  ],
  [
    'ID-01b',
    'with the public key as PEM for HMAC secret',
    (claims, { key }) => hmacToken(claims, key.publicPem),
  ],
  [
    'ID-01b',
    'with the public key as JWK for HMAC secret',
    (claims, { key }) => hmacToken(claims, JSON.stringify(key.publicJwk), { kid: key.kid }),
  ],
  ['ID-01b', 'with the client secret for HMAC secret', (claims) => hmacToken(claims, secret)],
  ['ID-01b', 'with an empty HMAC secret', (claims) => hmacToken(claims, '')],
  [
    'OR-13a',
    'with wrong RS256 signature bytes',
    async (_claims, { honest }) => withBadSignature(await honest()),
  ],
  [
    'OR-13a',
    'whose signature is cut off',
    async (_claims, { honest }) => (await honest()).replace(/[^.]+$/, ''),
  ],
  [
    'OR-13a',
    'whose claims were changed after signing',
    async (_claims, { honest }) =>
      withOtherClaims(await honest(), (claims) => ({ ...claims, roles: ['admin'] })),
  ],
  [
    'OR-13a',
    'signed by a stranger under the kid of the provider',
    (claims, { key }) => strangerToken(claims, { kid: key.kid }),
  ],
  ['OR-13a', 'signed by a stranger without a kid', (claims) => strangerToken(claims, { kid: undefined })],
  [
    'OR-13b',
    'signed by a stranger with ES256 under the kid of an RSA key',
    (claims, { key }) => strangerToken(claims, { kid: key.kid }, 'ES256'),
  ],
  ['OR-13c', 'with a wrong HS256 signature', (claims) => withBadSignature(hmacToken(claims, secret))],
  ['ID-02b', 'that carries its own key (jwk)', (claims) => embeddedKeyToken(claims)],
  [
    'ID-02b',
    'that carries its own certificate (x5c)',
    (claims, { key }) => strangerToken(claims, { kid: key.kid, x5c: ['MIIBszCCARygAwIBAgIUXXXX'] }),
  ],
  [
    'ID-02c',
    'with a critical header nobody knows',
    (claims, { honest, header }) => honest(claims, { ...header, crit: ['exp-policy'], 'exp-policy': 1 }),
  ],
  [
    'ID-02c',
    'with an empty list of critical headers',
    (claims, { honest, header }) => honest(claims, { ...header, crit: [] }),
  ],
  [
    'ID-02c',
    'with an unencoded payload (b64 false)',
    (claims, { honest, header }) => honest(claims, { ...header, crit: ['b64'], b64: false }),
  ],
  [
    'ID-09a',
    'that is an access token (at+jwt)',
    (claims, { honest, header }) => honest(claims, { ...header, typ: 'at+jwt' }),
  ],
  [
    'ID-09a',
    'that is an access token by its media type',
    (claims, { honest, header }) => honest(claims, { ...header, typ: 'application/at+jwt' }),
  ],
  [
    'ID-09b',
    'that is a logout token (logout+jwt)',
    (claims, { honest, header }) => honest(claims, { ...header, typ: 'logout+jwt' }),
  ],
  ['ID-10a', 'in five parts that would be dear to decrypt', () => encryptedLookingToken()],
  ['ID-10a', 'that is no token at all', () => 'not-a-token'],
];

it.each(forgeries)('%s: refuses an ID token %s', (_id, _what, forge) => expectForgeryRefused(forge));

it.each([['jku'], ['x5u']])('ID-02a: never fetches a key from where the token says (%s)', async (name) => {
  const key = await createSigningKey();
  attacker.answer = { ...attacker.answer, body: JSON.stringify({ keys: [key.publicJwk] }) };
  const at = (name === 'jku' ? { jku: attacker.url } : { x5u: attacker.url }) as { jku: string };
  await expectForgeryRefused((claims) => remoteKeyToken(claims, at));
  expect(attacker.connections).toBe(0);
});

it('ID-02a: a jku header changes nothing where a published key verifies', async () => {
  world.provider.bend.idTokenHeader = (header) => ({ ...header, jku: attacker.url });
  await expectSignedIn(world, await attemptSignIn(world));
  expect(attacker.connections).toBe(0);
});

it.each([['JWT'], ['jwt']])('ID-09: takes an ID token whose typ is %s', async (typ) => {
  world.provider.bend.idTokenHeader = (header) => ({ ...header, typ });
  await expectSignedIn(world, await attemptSignIn(world));
});

it.each<[string, Json]>([
  ['of a megabyte', { padding: 'x'.repeat(700_000) }],
  ['past the byte limit of a response', { padding: 'x'.repeat(1_000_000) }],
  ['with 10,000 claims', Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`claim-${n}`, n]))],
])('ID-10b: refuses an ID token %s within a second', async (_what, extra) => {
  world.provider.bend.idTokenClaims = (claims) => ({ ...claims, ...extra });
  const heapBefore = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const attempt = await attemptSignIn(world);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(64 * 1024 * 1024);
  await expectRefused(world, attempt, { status: 502, code: failureCode(attempt.log) });
});

it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
  'OR-12: signs in where the provider signs with %s, and refuses the same with wrong bytes (OR-13)',
  async (algorithm) => {
    await using provider = await startScriptedProvider({ algorithm });
    await using other = await startAppWorld({ provider });
    await expectSignedIn(other, await attemptSignIn(other));
    provider.bend.signIdToken = async (_claims, { honest }) => withBadSignature(await honest());
    await expectRefused(other, await attemptSignIn(other), { status: 502, code: 'id_token_invalid' });
  },
);

it('ID-01: an operator can narrow the algorithms, and a token with another one is refused', async () => {
  await using narrow = await startAppWorld({
    provider: world.provider,
    auth: { idTokenAlgorithms: ['ES256', 'PS256'] },
  });
  world.provider.bend.discovery = (metadata) => {
    metadata.id_token_signing_alg_values_supported = ['RS256', 'PS256'];
  };
  const attempt = await attemptSignIn(narrow);
  await expectRefused(narrow, attempt, { status: 502, code: failureCode(attempt.log) });
});
