// A handler changes what it was given, by mistake or not: the next request with the same token sees nothing of it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BearerWorld, mint, opaque, startBearerWorld } from '../support/bearer-world.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld({}, (app, auth) => {
    app.get(
      '/',
      auth.currentUser().handle((req, res) => {
        const { scope, permissions, roles, claims } = req.auth;
        expect(() => Object.assign(claims, { sub: 'eve' })).toThrow(TypeError);
        res.json({ scope, permissions, roles, claims, user: req.user });
        for (const list of [scope, permissions, roles] as string[][]) list.push('admin');
        Object.assign(req.user, { sub: 'eve' });
        Object.assign((req.user.address ?? {}) as object, { country: 'changed' });
      }),
    );
  });
});
afterAll(() => world[Symbol.asyncDispose]());

it.each(['jwt', 'opaque, with userinfo'])(
  'AZ: the rights and the person behind a token (%s) stay as they are',
  async (kind) => {
    const { provider } = world;
    provider.bend.userinfo = (claims) => ({ ...claims, address: { country: 'UK' } });
    const token =
      kind === 'jwt'
        ? await mint(provider, { permissions: ['c'], list: ['a'], address: { country: 'UK' } })
        : opaque(provider, ['openid', 'reports']).token;
    const first = JSON.parse((await world.bear(token, '/')).body);
    expect(first.user).toMatchObject({ sub: 'user-ada', address: { country: 'UK' } });
    for (let round = 0; round < 2; round += 1) {
      expect(JSON.parse((await world.bear(token, '/')).body)).toEqual(first);
    }
  },
);

it('AZ: deep parts of the claims cannot be changed either', async () => {
  await using own = await startBearerWorld({}, (app, auth) => {
    app.get(
      '/',
      auth.authenticated().handle((req, res) => {
        const list = req.auth.claims.list as string[];
        expect(() => list.push('x')).toThrow(TypeError);
        res.json(list);
      }),
    );
  });
  const token = await mint(own.provider, { list: ['a'] });
  for (let round = 0; round < 2; round += 1) expect((await own.bear(token, '/')).body).toBe('["a"]');
});
