// Protected-resource metadata: a program that knows nothing but the API's address finds out where its tokens come from.
import { describe, expect, it } from 'vitest';
import { memorySessions } from '../../src/embedded.ts';
import { createAuth } from '../../src/index.ts';
import { startAppWorld } from '../support/app-world.ts';
import { challengeOf, mint, show, startBearerWorld } from '../support/bearer-world.ts';
import { freePort } from '../support/free-port.ts';

const protectedResource = { name: 'Reports', scopes: ['reports'], documentation: 'https://docs.example/api' };
const wellKnown = '/.well-known/oauth-protected-resource';

describe('RS-13: an API that publishes its metadata', () => {
  it('RS-13a, RS-13b: names it in every 401, and a token for the resource named there is good', async () => {
    await using world = await startBearerWorld({ auth: { protectedResource, acrOrder: ['gold'] } });
    const { provider } = world;
    const url = challengeOf(await world.ask('/token')).resource_metadata;
    expect(url).toBe(`${world.url}${wellKnown}`);
    expect(challengeOf(await world.bear('wrong')).resource_metadata).toBe(url);
    expect(challengeOf(await world.bear(await mint(provider), '/acr')).resource_metadata).toBe(url);
    expect(
      challengeOf(await world.bear(await mint(provider), '/permission')).resource_metadata,
    ).toBeUndefined();

    const answer = await world.ask(wellKnown);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    const metadata = JSON.parse(answer.body);
    expect(metadata).toEqual({
      resource: world.url,
      authorization_servers: [provider.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['reports'],
      resource_name: 'Reports',
      resource_documentation: 'https://docs.example/api',
    });
    expect((await world.bear(await mint(provider, { aud: metadata.resource }))).status).toBe(200);
    expect((await world.ask(wellKnown, {}, 'HEAD')).status).toBe(200);
    for (const [path, method] of [
      [`${wellKnown}/x`, 'GET'],
      [wellKnown, 'POST'],
      [`${wellKnown}/`, 'GET'],
    ] as const) {
      expect((await world.ask(path, {}, method)).status, path).toBe(404);
    }
  });

  it('RS-13b: has it at the root of the origin where the base URL has a path', async () => {
    const port = await freePort();
    const baseUrl = `http://localhost:${port}/portal`;
    await using world = await startBearerWorld({ baseUrl, auth: { protectedResource } }, (app, auth) => {
      app.use(auth.wellKnown());
      app.get('/portal/token', auth.authenticated(), show);
    });
    const url = challengeOf(await world.ask('/portal/token')).resource_metadata;
    expect(url).toBe(`http://localhost:${port}${wellKnown}/portal`);
    const metadata = JSON.parse((await world.ask(`${wellKnown}/portal`)).body);
    expect(metadata.resource).toBe(baseUrl);
    expect((await world.bear(await mint(world.provider, { aud: baseUrl }), '/portal/token')).status).toBe(
      200,
    );
    expect((await world.ask(wellKnown)).status).toBe(404);
  });

  it('RS-13b: is the app as well', async () => {
    await using world = await startAppWorld({ auth: { protectedResource } });
    const answer = await world.browser().fetchJson(`${world.url}${wellKnown}`);
    expect(answer.json()).toMatchObject({ resource: world.url });
  });
});

it('RS-13: nothing is published, and no challenge speaks of it, unless that is asked for', async () => {
  await using world = await startBearerWorld();
  expect(challengeOf(await world.ask('/token'))).toEqual({ realm: `localhost:${world.port}` });
  expect((await world.ask(wellKnown)).status).toBe(404);
});

it('RS-13: it cannot be published for another audience than the base URL', () => {
  const options = {
    issuer: 'https://op.example',
    clientId: 'app',
    clientSecret: 'secret',
    baseUrl: 'https://app.example/',
    sessionSecret: 'a secret of more than thirty-two characters',
    sessions: memorySessions(),
    protectedResource,
  };
  expect(() => createAuth({ ...options, audience: 'api://other' })).toThrow(/protectedResource/);
  expect(() => createAuth({ ...options, audience: 'https://app.example' })).not.toThrow();
});
