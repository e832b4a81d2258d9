// Opaque tokens that are revoked, and providers that cannot be asked about them.
import { describe, expect, it } from 'vitest';
import { type BearerWorld, mint, opaque, startBearerWorld } from '../support/bearer-world.ts';

const asked = (world: BearerWorld) => world.provider.calls('introspection').length;

describe('RS-10d: a token that is revoked', () => {
  it('is refused when the time that an answer is kept is over, and not before its first use after that', async () => {
    await using world = await startBearerWorld();
    const { token, revoke } = opaque(world.provider);
    expect((await world.bear(token)).status).toBe(200);
    revoke();
    world.advance(29);
    expect((await world.bear(token)).status).toBe(200);
    expect(asked(world)).toBe(1);
    world.advance(2);
    expect((await world.bear(token)).status).toBe(401);
    expect(asked(world)).toBe(2);
  });

  it('is kept no longer than it lives', async () => {
    await using world = await startBearerWorld();
    const ends = world.provider.nowSeconds() + 10;
    world.provider.bend.introspection = (answer) => ({ ...answer, exp: ends });
    const { token } = opaque(world.provider);
    expect((await world.bear(token)).status).toBe(200);
    world.advance(11);
    world.provider.bend.introspection = () => ({ active: false });
    expect((await world.bear(token)).status).toBe(401);
  });

  it('is refused at once where answers are not kept', async () => {
    await using fresh = await startBearerWorld({
      auth: { introspectionSeconds: 0 },
    });
    const { token, revoke } = opaque(fresh.provider);
    expect((await fresh.bear(token)).status).toBe(200);
    revoke();
    expect((await fresh.bear(token)).status).toBe(401);
  });

  it('is refused where a JWT is asked about as well', async () => {
    await using always = await startBearerWorld({
      auth: { introspection: 'always' },
    });
    const { provider } = always;
    const token = await mint(provider);
    const known = opaque(provider);
    const grant = provider.memory.accessTokens.get(known.token);
    if (grant !== undefined) provider.memory.accessTokens.set(token, grant);
    expect((await always.bear(token)).status).toBe(200);
    known.revoke();
    expect((await always.bear(token)).status).toBe(200);
    always.advance(31);
    expect((await always.bear(token)).status).toBe(401);
    const other = await mint(provider, { sub: 'eve' });
    if (grant !== undefined) provider.memory.accessTokens.set(other, { ...grant, isRevoked: false });
    expect((await always.bear(other)).status).toBe(401);
  });
});

describe('a provider that nobody can ask', () => {
  it('RS-10: without introspection an opaque token is 401', async () => {
    await using bare = await startBearerWorld();
    const { provider } = bare;
    provider.bend.discovery = (metadata) => ({ ...metadata, introspection_endpoint: undefined });
    expect((await bare.bear(opaque(provider).token)).status).toBe(401);
    expect((await bare.bear(await mint(provider))).status).toBe(200);
  });

  it('RS-10: with introspection switched off an opaque token is 401 and costs no call', async () => {
    await using never = await startBearerWorld({ auth: { introspection: 'never' } });
    expect((await never.bear(opaque(never.provider).token)).status).toBe(401);
    expect(asked(never)).toBe(0);
  });
});
