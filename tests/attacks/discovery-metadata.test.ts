// Metadata that lies or is broken starts no login; the open pages go on, and the provider is not hammered.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import { authorizationRequest, openLogin } from '../support/login-steps.ts';
import {
  answer,
  hang,
  hangUp,
  html,
  json,
  jsonText,
  redirectTo,
} from '../support/scripted-provider/answers.ts';
import type { Json, RawAnswer } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let attacker: AttackerServer;
beforeAll(async () => {
  provider = await startScriptedProvider();
  attacker = await startAttackerServer();
});
afterAll(async () => {
  await attacker.close();
  await provider.close();
});
beforeEach(() => provider.reset());

/** No redirect, no cookie, a page with this status; the start page is served; nothing else was asked. */
const expectNoLogin = async (world: AppWorld, status: number): Promise<void> => {
  const browser = world.browser();
  const visit = await openLogin(world, browser);
  expect(visit.status).toBe(status);
  expect(visit.location).toBeNull();
  expect(visit.setCookies).toEqual([]);
  expect(visit.body).toContain('Reference');
  expect((await browser.get(world.url)).status).toBe(200);
  const asked = world.provider.calls().map(({ endpoint }) => endpoint);
  expect(asked.filter((endpoint) => endpoint !== 'discovery')).toEqual([]);
};

describe('TE-16a: metadata of another issuer is never used', () => {
  const issuers: readonly (readonly [string, () => unknown])[] = [
    ['another host', () => 'https://evil.example'],
    ['a slash more', () => `${provider.issuer}/`],
    ['another path', () => `${provider.issuer}/tenant`],
    ['another scheme', () => provider.issuer.replace('http:', 'https:')],
    ['capitals', () => provider.issuer.replace('http', 'HTTP')],
    ['nothing', () => undefined],
    ['no text', () => ['a list']],
  ];
  it.each(issuers)('TE-16a: %s', async (_title, issuer) => {
    provider.bend.discovery = (metadata) => void Object.assign(metadata, { issuer: issuer() });
    await using world = await startAppWorld({ provider });
    await expectNoLogin(world, 502);
  });
});

const broken: readonly (readonly [string, () => RawAnswer, number])[] = [
  ['is not found', () => answer(404, 'Not found'), 502],
  ['has a failing server', () => answer(500), 503],
  ['is away for maintenance', () => html(503), 503],
  ['is a captive portal', () => html(200), 502],
  ['is half a document', () => jsonText('{"issuer":'), 502],
  ['is a list', () => json([]), 502],
  ['is null', () => jsonText('null'), 502],
  ['is empty', () => answer(204), 502],
  ['redirects to another host', () => redirectTo(`${attacker.url}/.well-known/openid-configuration`), 502],
  ['redirects for good', () => redirectTo(`${attacker.url}/x`, 308), 502],
  ['hangs up', () => hangUp(), 503],
];

it.each(broken)('TE-16b: a discovery document that %s starts no login', async (_title, raw, status) => {
  provider.bend.raw.discovery = raw();
  await using world = await startAppWorld({ provider });
  await expectNoLogin(world, status);
  expect(attacker.connections).toBe(0);
});

it('TE-16b: a crowd of visitors and readiness checks asks a broken provider a few times and not once each', async () => {
  provider.bend.raw.discovery = answer(500);
  await using world = await startAppWorld({ provider });
  const crowd = Array.from({ length: 30 }, () => openLogin(world, world.browser()));
  for (const { status, headers } of await Promise.all(crowd)) {
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
  expect(provider.calls('discovery')).toHaveLength(1);
});

it('TE-16b: waits longer after each failure, and is back at once when the provider is', async () => {
  await using world = await startAppWorld();
  world.provider.bend.raw.discovery = answer(500);
  for (let second = 0; second < 60; second += 1) {
    await openLogin(world, world.browser());
    world.advance(1);
  }
  const asked = world.provider.calls('discovery').length;
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(15);
  world.provider.bend.raw.discovery = undefined;
  world.advance(11);
  expect((await world.signIn(world.browser())).status).toBe(200);
});

it.each([
  ['authorization_endpoint', undefined],
  ['token_endpoint', undefined],
  ['jwks_uri', undefined],
  ['authorization_endpoint', 'javascript:alert(1)'],
  ['authorization_endpoint', 'data:text/html,x'],
  ['authorization_endpoint', '/relative'],
  ['token_endpoint', 'file:///etc/passwd'],
  ['token_endpoint', 'http://login.example/token'],
  ['token_endpoint', ['https://a.example', 'https://b.example']],
  ['jwks_uri', 'http://login.example/jwks'],
  ['userinfo_endpoint', 'http://login.example/userinfo'],
  ['userinfo_endpoint', 'ftp://login.example/userinfo'],
  ['end_session_endpoint', 'javascript:alert(1)'],
  ['revocation_endpoint', 'http://login.example/revoke'],
])('TE-16c: metadata whose %s is %s is refused', async (name, value) => {
  provider.bend.discovery = (metadata: Json) => void Object.assign(metadata, { [name]: value });
  await using world = await startAppWorld({ provider });
  await expectNoLogin(world, 502);
});

it.each(['/tenant', '/tenant/', '/a/b', '/'])(
  'TE-17a: the metadata of an issuer with the path %s is found below that path',
  async (issuerPath) => {
    await using tenant = await startScriptedProvider({ issuerPath });
    await using world = await startAppWorld({ provider: tenant });
    const browser = world.browser();
    const visit = await openLogin(world, browser);
    const path = `${issuerPath.replace(/\/$/, '')}/.well-known/openid-configuration`;
    expect(tenant.calls().map((call) => call.path)).toEqual([path]);
    expect(authorizationRequest(visit).get('client_id')).not.toBeNull();
    await browser.followAll(visit);
    expect(await world.whoIs(browser)).toBe('user-ada');
  },
);

it('TE-17b: metadata that is fetched again must still be the issuer’s; until then the good one serves', async () => {
  await using world = await startAppWorld();
  await world.signIn(world.browser());
  world.provider.bend.discovery = (metadata) =>
    void Object.assign(metadata, {
      issuer: attacker.url,
      authorization_endpoint: `${attacker.url}/authorize`,
    });
  world.advance(16 * 60);
  for (let visitor = 0; visitor < 3; visitor += 1) {
    const browser = world.browser();
    expect((await world.signIn(browser)).status).toBe(200);
    world.advance(16 * 60);
  }
  expect(world.provider.calls('discovery').length).toBeGreaterThan(1);
  expect(attacker.connections).toBe(0);
});

it('TE-16b: a provider that hangs is given up on in the configured time', async () => {
  provider.bend.raw.discovery = hang();
  await using world = await startAppWorld({ provider, auth: { providerTimeoutSeconds: 0.3 } });
  const startedAt = performance.now();
  await expectNoLogin(world, 503);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
