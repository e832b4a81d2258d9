// Mix-up: an answer that names another provider, or a provider that changed under a login, gets no code from us.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import { arrive, expectRefused, openLogin, untilCallback, withParameters } from '../support/login-steps.ts';
import { startScriptedProvider } from '../support/scripted-provider.ts';

let world: AppWorld;
let attacker: AttackerServer;
beforeAll(async () => {
  world = await startAppWorld();
  attacker = await startAttackerServer();
});
afterAll(async () => {
  await attacker.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => world.provider.reset());

const wrongIssuers = (issuer: string): readonly (readonly [string, string | null])[] => [
  ['is another provider', 'https://evil.example'],
  ['has a slash more', `${issuer}/`],
  ['is in capitals', issuer.toUpperCase()],
  ['is a prefix', issuer.slice(0, -1)],
  ['is empty', ''],
  ['is missing although the provider promises it', null],
];

it.each(wrongIssuers('').map(([title]) => title))(
  'AZ-10: sends no code anywhere when the iss of the answer %s',
  async (title) => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    const iss = wrongIssuers(world.provider.issuer).find(([name]) => name === title)?.[1] ?? null;
    const visit = await arrive(world, browser, withParameters(callback, { iss }));
    await expectRefused(world, browser, visit, { status: 400, code: 'issuer_mismatch' });
    // Used up: the right answer that comes after it is not taken for this login either.
    const second = await arrive(world, browser, callback);
    expect(second.status).toBe(302);
    expect(world.provider.calls('token')).toEqual([]);
  },
);

it('AZ-10a: refuses an error of another provider too, and does not show its words', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const changes = {
    code: null,
    error: 'access_denied',
    error_description: 'call 555',
    iss: 'https://evil.example',
  };
  const visit = await arrive(world, browser, withParameters(callback, changes));
  await expectRefused(world, browser, visit, { status: 400, code: 'issuer_mismatch' });
  expect(visit.body).not.toContain('call 555');
});

it.each([
  ['is right', (issuer: string): string | null => issuer, 303],
  ['is absent', (): string | null => null, 303],
  ['is wrong', (): string | null => 'https://evil.example', 400],
])('AZ-10c: where the provider does not promise an iss, one that %s', async (_title, iss, status) => {
  world.provider.bend.discovery = (metadata) => {
    delete metadata.authorization_response_iss_parameter_supported;
  };
  await using quiet = await startAppWorld({ provider: world.provider });
  const browser = quiet.browser();
  const callback = await untilCallback(quiet, browser);
  const visit = await arrive(quiet, browser, withParameters(callback, { iss: iss(quiet.provider.issuer) }));
  expect(visit.status).toBe(status);
  expect(quiet.provider.calls('token')).toHaveLength(status === 303 ? 1 : 0);
  expect(await quiet.whoIs(browser)).toBe(status === 303 ? 'user-ada' : '401');
});

it('AZ-11a: a login that began at one provider does not end at the next one that is configured', async () => {
  await using other = await startScriptedProvider();
  await using before = await startAppWorld({ provider: world.provider });
  await using after = await startAppWorld({ provider: other, baseUrl: before.url });
  const browser = before.browser();
  const callback = await untilCallback(before, browser);
  // The same cookies and secrets, another issuer: the app was configured anew in between.
  const moved = new URL(callback);
  moved.port = String(after.port);
  const visit = await arrive(after, browser, withParameters(moved, { iss: other.issuer }));
  await expectRefused(after, browser, visit, { status: 400, code: 'callback_malformed' });
  expect(world.provider.calls('token')).toEqual([]);
});

it.each(['issuer alone', 'issuer and token endpoint'])(
  'AZ-11b: metadata with the %s of somebody else starts no login',
  async (which) => {
    world.provider.bend.discovery = (metadata) => {
      metadata.issuer = attacker.url;
      if (which !== 'issuer alone') metadata.token_endpoint = `${attacker.url}/token`;
    };
    await using fooled = await startAppWorld({ provider: world.provider });
    const visit = await openLogin(fooled, fooled.browser());
    expect(visit.status).toBe(502);
    expect(visit.location).toBeNull();
    expect(visit.setCookies).toEqual([]);
    expect(attacker.connections).toBe(0);
  },
);

it('AZ-11b: metadata that turns into somebody else’s between login and callback is not used', async () => {
  await using turned = await startAppWorld();
  const browser = turned.browser();
  await turned.signIn(turned.browser());
  turned.advance(16 * 60);
  turned.provider.bend.discovery = (metadata) => {
    metadata.issuer = attacker.url;
    metadata.token_endpoint = `${attacker.url}/token`;
    metadata.jwks_uri = `${attacker.url}/jwks`;
  };
  const callback = await untilCallback(turned, browser);
  const end = await browser.followAll(await arrive(turned, browser, callback));
  expect(end.url).toBe(`${turned.url}/protected`);
  expect(turned.provider.calls('discovery').length).toBeGreaterThan(1);
  expect(attacker.connections).toBe(0);
});
