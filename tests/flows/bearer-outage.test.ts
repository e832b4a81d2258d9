// The provider is away or changes its keys: programs are told to come back, and nobody slips through.
import { describe, expect, it } from 'vitest';
import { mint, opaque, startBearerWorld } from '../support/bearer-world.ts';
import { strangerToken } from '../support/scripted-provider/forge.ts';

describe('while the provider is down', () => {
  it('provider killed: the API answers 503, never 200, never 500, whatever the token and the guard', async () => {
    await using world = await startBearerWorld();
    const { provider } = world;
    const tokens = [
      await mint(provider),
      opaque(provider).token,
      opaque(provider, ['openid']).token,
      'made-up',
    ];
    await provider.goDown();
    for (const token of tokens) {
      for (const path of ['/token', '/user', '/optional', '/scope']) {
        const answer = await world.bear(token, path);
        expect(answer.status, path).toBe(503);
        expect(answer.headers['retry-after']).toBeDefined();
        expect(answer.headers['www-authenticate']).toBeUndefined();
        expect(answer.body).not.toContain('"ran"');
        expect(JSON.parse(answer.body).code).toBe('provider_unavailable');
      }
    }
    expect(world.events.some(({ type }) => type === 'provider_failed')).toBe(true);
    await provider.comeBack();
    world.advance(20);
    expect((await world.bear(tokens[0] ?? '')).status).toBe(200);
    expect((await world.bear(tokens[1] ?? '')).status).toBe(200);
    expect((await world.bear('made-up')).status).toBe(401);
  });

  it('tokens that can still be verified are served: a JWT by known keys, an opaque one from memory', async () => {
    await using world = await startBearerWorld();
    const { provider } = world;
    const known = opaque(provider).token;
    await world.bear(await mint(provider));
    await world.bear(known);
    await provider.goDown();
    expect((await world.bear(await mint(provider))).status).toBe(200);
    expect((await world.bear(known)).status).toBe(200);
    world.advance(31);
    expect((await world.bear(known)).status).toBe(503);
    await provider.comeBack();
  });
});

describe('when the provider changes its keys', () => {
  it('100 first tokens of the new key are good for one fetch, and a token of the old one is not', async () => {
    await using world = await startBearerWorld();
    const { provider } = world;
    const old = await mint(provider);
    expect((await world.bear(old)).status).toBe(200);
    const unseen = await mint(provider);
    await provider.rotateKeys();
    provider.forgetCalls();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => mint(provider)));
    const answers = await Promise.all(tokens.map((token) => world.bear(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(provider.calls('jwks')).toHaveLength(1);
    expect((await world.bear(unseen)).status).toBe(401);
  });

  it('a flood of tokens with kids that nobody has costs one fetch per cooldown', async () => {
    await using world = await startBearerWorld();
    const { provider } = world;
    await world.bear(await mint(provider));
    provider.forgetCalls();
    const claims = { iss: provider.issuer, aud: 'x', sub: 'x', exp: 9_999_999_999, iat: 1 };
    const token = await strangerToken(claims, { typ: 'at+jwt' });
    const [, payload, signature] = token.split('.');
    for (let index = 0; index < 50; index += 1) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `made-up-${index}` })).toString(
        'base64url',
      );
      expect((await world.bear(`${header}.${payload}.${signature}`)).status).toBe(401);
    }
    expect(provider.calls('jwks')).toHaveLength(1);
    expect((await world.bear(await mint(provider))).status).toBe(200);
  });
});
