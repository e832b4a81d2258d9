// A stolen access token that the provider takes no more, at guards that want userinfo anew for each request.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BearerWorld, challengeOf, opaque, show, startBearerWorld } from '../support/bearer-world.ts';
import { answer } from '../support/scripted-provider/answers.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld({}, (app, auth) => {
    app.get('/kept', auth.authenticated(), show);
    app.get('/credential', auth.authenticated({ refresh: true }), show);
    app.get('/person', auth.currentUser({ refresh: true }), show);
  });
});
afterAll(() => world[Symbol.asyncDispose]());

it.each(['/credential', '/person'])(
  'AZ: is refused at once, also where it is remembered: %s',
  async (path) => {
    const { token, revoke } = opaque(world.provider, ['openid', 'reports']);
    expect((await world.bear(token, '/kept')).status).toBe(200);
    expect((await world.bear(token, path)).status).toBe(200);
    revoke();
    expect((await world.bear(token, '/kept')).status).toBe(200);
    const answer = await world.bear(token, path);
    expect([answer.status, challengeOf(answer).error]).toEqual([401, 'invalid_token']);
    expect(answer.body).not.toContain('"ran"');
  },
);

it('AZ: a provider that cannot be asked is 503, and the handler does not run', async () => {
  const { token } = opaque(world.provider, ['openid', 'reports']);
  expect((await world.bear(token, '/credential')).status).toBe(200);
  world.provider.bend.raw.userinfo = answer(500);
  const refused = await world.bear(token, '/credential');
  delete world.provider.bend.raw.userinfo;
  expect(refused.status).toBe(503);
  expect(refused.body).not.toContain('"ran"');
});
