// Somebody forges access tokens: without a signature, with a key of their own, or with claims that reach a prototype.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAttackerServer } from '../support/attacker-server.ts';
import { type BearerWorld, expectBadToken, mint, startBearerWorld } from '../support/bearer-world.ts';
import {
  embeddedKeyToken,
  encryptedLookingToken,
  hmacToken,
  remoteKeyToken,
  strangerToken,
  unsignedToken,
  withBadSignature,
  withOtherClaims,
  withRawClaim,
} from '../support/scripted-provider/forge.ts';
import { signJwt } from '../support/scripted-provider/keys.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const make = (claims: Json = {}, header: Json = {}) => mint(world.provider, claims, header);
const claimsOf = async (claims: Json = {}): Promise<Json> =>
  JSON.parse(Buffer.from((await make(claims)).split('.')[1] ?? '', 'base64url').toString('utf8'));

describe('a token that the provider did not sign', () => {
  it.each<[string, string, () => Promise<string> | string]>([
    ['RS-05a', 'alg none', async () => unsignedToken(await claimsOf(), { typ: 'at+jwt' })],
    ['RS-05a', 'alg None', async () => unsignedToken(await claimsOf(), { alg: 'None', typ: 'at+jwt' })],
    [
      'RS-05b',
      'HS256 with the client secret',
      async () => hmacToken(await claimsOf(), testClient.clientSecret ?? ''),
    ],
    [
      'RS-05b',
      'HS256 with the public key',
      async () => hmacToken(await claimsOf(), world.provider.keys.current.publicPem),
    ],
    ['RS-05c', 'a key in its header', async () => embeddedKeyToken(await claimsOf(), { typ: 'at+jwt' })],
    ['RS-05', 'a stranger’s key', async () => strangerToken(await claimsOf(), { typ: 'at+jwt' })],
    [
      'RS-05',
      'a stranger’s key under our kid',
      async () => strangerToken(await claimsOf(), { typ: 'at+jwt', kid: world.provider.keys.current.kid }),
    ],
    ['RS-05', 'other signature bytes', async () => withBadSignature(await make())],
    [
      'RS-05',
      'other claims under the signature',
      async () => withOtherClaims(await make(), (c) => ({ ...c, sub: 'eve' })),
    ],
    ['RS-05', 'encryption', () => encryptedLookingToken()],
    ['RS-05', 'no signature at all', async () => `${(await make()).split('.').slice(0, 2).join('.')}.`],
  ])('%s: %s is refused', async (_id, _what, token) => {
    await expectBadToken(world, await token());
  });

  it.each(['jku', 'x5u'] as const)('RS-05c: a key named by %s is not fetched', async (how) => {
    await using attacker = await startAttackerServer();
    await expectBadToken(
      world,
      await remoteKeyToken(await claimsOf(), { [how]: `${attacker.url}/keys` } as { jku: string }),
    );
    expect(attacker.connections).toBe(0);
  });

  it('AT-07: a __proto__ claim gives nobody a permission', async () => {
    const { provider } = world;
    const claims = await claimsOf({ permissions: undefined });
    const raw = '"__proto__":{"permissions":["reports:read"],"isAdmin":true},"constructor":{"x":1}';
    const honest = await withRawClaim(provider.keys.current, claims, raw);
    const answer = await world.bear(honest, '/permission');
    expect(answer.status).toBe(403);
    const seen = JSON.parse((await world.bear(honest)).body).auth;
    expect(Object.keys(seen.claims)).not.toContain('__proto__');
    expect(Object.keys(seen.claims)).not.toContain('constructor');
  });

  it('LG: a time that no calendar has breaks nothing', async () => {
    const answer = await world.bear(await make({ exp: 1e300, auth_time: 1e300 }), '/fresh');
    expect(answer.status).toBe(401);
    expect((await world.bear(await make({ exp: 1e300 }))).status).toBe(200);
  });
});

it('RS-05: an algorithm that is not in the list is refused although the provider publishes a key for it', async () => {
  await using strict = await startBearerWorld({ auth: { idTokenAlgorithms: ['RS256'] } });
  const { provider } = strict;
  const key = await provider.keys.add('ES256');
  const good = await mint(provider);
  const claims = JSON.parse(Buffer.from(good.split('.')[1] ?? '', 'base64url').toString('utf8'));
  expect((await strict.bear(good)).status).toBe(200);
  expect((await strict.bear(await signJwt(key, claims, { typ: 'at+jwt' }))).status).toBe(401);
});
