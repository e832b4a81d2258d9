// A provider publishes keys that must not be used, or a set in which the right key has to be found.
import { afterAll, beforeAll, beforeEach, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { hmacToken } from '../support/scripted-provider/forge.ts';
import {
  createSigningKey,
  createWeakKey,
  type SigningKey,
  signJwt,
} from '../support/scripted-provider/keys.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

let provider: ScriptedProvider;
let weak: SigningKey;
beforeAll(async () => {
  provider = await startScriptedProvider();
  weak = await createWeakKey();
});
beforeEach(() => {
  provider.reset();
  // Listed, so that nothing but our own judgement of a key can refuse.
  provider.bend.discovery = (metadata) => {
    metadata.id_token_signing_alg_values_supported = ['RS256', 'ES256', 'HS256'];
  };
});
afterAll(() => provider?.close());

/** A fresh app each time: keys are cached per app. */
const start = (): Promise<AppWorld> => startAppWorld({ provider });
const publish = (...keys: Json[]): void => {
  provider.bend.jwks = () => ({ keys });
};
const refusal = { status: 502, code: 'id_token_invalid' };
const honestJwk = (): Json => provider.keys.current.publicJwk;

const privateJwk = async (): Promise<Json> => ({
  ...honestJwk(),
  ...(await crypto.subtle.exportKey('jwk', provider.keys.current.privateKey)),
  key_ops: undefined,
  ext: undefined,
});

it('ID-12a: refuses a token signed by an RSA key of 1024 bits', async () => {
  await using world = await start();
  publish(weak.publicJwk);
  provider.bend.signIdToken = (claims) => signJwt(weak, claims);
  await expectRefused(world, await attemptSignIn(world), refusal);
});

it.each<[string, () => Json | Promise<Json>]>([
  ['that is meant for encryption', () => ({ ...honestJwk(), use: 'enc' })],
  ['that may not verify', () => ({ ...honestJwk(), key_ops: ['encrypt'] })],
  ['of another algorithm', () => ({ ...honestJwk(), alg: 'RS512' })],
  ['that was published with its private part', privateJwk],
  ['without a modulus', () => ({ ...honestJwk(), n: undefined })],
  ['that names a curve', () => ({ ...honestJwk(), kty: 'EC', crv: 'P-256' })],
])('ID-12a: refuses a token whose only key is one %s', async (_what, key) => {
  await using world = await start();
  publish(await key());
  await expectRefused(world, await attemptSignIn(world), refusal);
});

it('ID-12a: refuses an ES256 token whose key is on another curve', async () => {
  await using world = await start();
  const key = await createSigningKey('ES256');
  publish({ ...key.publicJwk, crv: 'P-384' });
  provider.bend.signIdToken = (claims) => signJwt(key, claims);
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, refusal);
});

it('ID-12a: refuses HMAC with a symmetric key that the provider published', async () => {
  await using world = await start();
  const k = Buffer.from('a shared secret that is public now').toString('base64url');
  publish({ kty: 'oct', kid: 'shared', alg: 'HS256', use: 'sig', k });
  provider.bend.signIdToken = (claims) =>
    hmacToken(claims, 'a shared secret that is public now', { kid: 'shared' });
  await expectRefused(world, await attemptSignIn(world), { ...refusal, code: 'provider_response_invalid' });
});

it('ID-12a: bad keys beside a good one do not keep people out', async () => {
  await using world = await start();
  const oct = { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' };
  const broken = { kty: 'RSA', kid: 'broken', e: 'AQAB' };
  const unknown = { kty: 'LATTICE', kid: 'new', x: 'AAAA' };
  publish(oct, broken, unknown, { ...(await privateJwk()), kid: 'leaked' }, weak.publicJwk, honestJwk());
  await expectSignedIn(world, await attemptSignIn(world));
});

it('ID-12b: chooses between keys of one kid by type and use', async () => {
  await using world = await start();
  const { kid } = provider.keys.current;
  const ec = await createSigningKey('ES256');
  publish({ ...ec.publicJwk, kid }, { ...honestJwk(), use: 'enc' }, honestJwk());
  await expectSignedIn(world, await attemptSignIn(world));
});

it('ID-12b: tries each of two keys of one kid and one type', async () => {
  await using world = await start();
  const other = await createSigningKey();
  publish({ ...other.publicJwk, kid: provider.keys.current.kid }, honestJwk());
  await expectSignedIn(world, await attemptSignIn(world));
  provider.bend.signIdToken = async (claims, { key }) =>
    signJwt(await createSigningKey(), claims, { kid: key.kid });
  await expectRefused(world, await attemptSignIn(world), refusal);
});

it('OR-06: takes a token without kid where the provider has one key', async () => {
  await using world = await start();
  provider.bend.idTokenHeader = () => ({ alg: 'RS256' });
  await expectSignedIn(world, await attemptSignIn(world));
});

it('OR-07: tries each key for a token without kid, a weak one included, and refuses when none fits', async () => {
  await using world = await start();
  const other = await createSigningKey();
  publish(weak.publicJwk, other.publicJwk, honestJwk());
  provider.bend.idTokenHeader = () => ({ alg: 'RS256' });
  await expectSignedIn(world, await attemptSignIn(world));
  provider.bend.signIdToken = async (claims) => signJwt(await createSigningKey(), claims, { kid: undefined });
  await expectRefused(world, await attemptSignIn(world), refusal);
});
