// Whoever sits between us and the provider gets no credentials: certificates are checked, plain http is refused.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, expect, it } from 'vitest';
import { readEnvironment } from '../../src/app/env.ts';
import { memorySessions } from '../../src/embedded.ts';
import { createAuth } from '../../src/index.ts';
import { startAppWorld, testSecret } from '../support/app-world.ts';
import { createCertificate, type TestCertificate } from '../support/certificate.ts';
import { arrive, expectRefused, openLogin, untilCallback } from '../support/login-steps.ts';
import { startScriptedProvider } from '../support/scripted-provider.ts';

const original = getCACertificates('default');
const trust = (...certificates: readonly TestCertificate[]): void =>
  setDefaultCACertificates([...original, ...certificates.map(({ cert }) => cert)]);
afterEach(() => setDefaultCACertificates(original));
afterAll(() => setDefaultCACertificates(original));

const good = createCertificate();
const past = { notBefore: new Date(1_600_000_000_000), notAfter: new Date(1_600_086_400_000) };
const bad: readonly (readonly [string, string, TestCertificate, readonly TestCertificate[]])[] = [
  ['TE-11a', 'signed by itself', good, []],
  ['TE-11b', 'for another host', createCertificate({ hosts: ['login.example'] }), []],
  ['TE-11c', 'expired', createCertificate(past), []],
];

it('TE-11: signs people in at a provider whose certificate is right', async () => {
  trust(good);
  await using provider = await startScriptedProvider({ tls: good, hostname: 'localhost' });
  await using world = await startAppWorld({ provider });
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it.each(bad)('%s: starts no login at a provider whose certificate is %s', async (id, _title, certificate) => {
  // A trusted issuer does not help: the two others are wrong for what they say themselves.
  if (id !== 'TE-11a') trust(certificate);
  await using provider = await startScriptedProvider({ tls: certificate, hostname: 'localhost' });
  await using world = await startAppWorld({ provider });
  const browser = world.browser();
  const visit = await openLogin(world, browser);
  expect(visit.status).toBe(503);
  expect(visit.location).toBeNull();
  expect(visit.setCookies).toEqual([]);
  expect(provider.calls()).toEqual([]);
  expect((await browser.get(world.url)).status).toBe(200);
});

it('LG-04: is a security event in the log, with the request, the place and the reason', async () => {
  await using provider = await startScriptedProvider({ tls: good, hostname: 'localhost' });
  await using world = await startAppWorld({ provider });
  await openLogin(world, world.browser());
  const found = world.logLines().filter(({ msg }) => msg === 'provider_tls_failed');
  expect(found).toMatchObject([
    {
      level: 'warn',
      requestId: expect.any(String),
      place: expect.stringContaining(provider.issuer),
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    },
  ]);
});

it.each(bad)(
  '%s: sends no code or secret to a token endpoint whose certificate is %s',
  async (id, _t, certificate) => {
    const provided = id === 'TE-11a' ? createCertificate() : certificate;
    trust(good, ...(id === 'TE-11a' ? [] : [certificate]));
    await using impostor = await startScriptedProvider({ tls: provided, hostname: 'localhost' });
    await using provider = await startScriptedProvider({ tls: good, hostname: 'localhost' });
    provider.bend.discovery = (metadata) =>
      void Object.assign(metadata, { token_endpoint: `${impostor.issuer}/token` });
    await using world = await startAppWorld({ provider });
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    const visit = await arrive(world, browser, callback);
    await expectRefused(world, browser, visit, { status: 503, code: 'provider_unavailable' });
    expect(impostor.calls()).toEqual([]);
  },
);

const options = {
  clientId: 'client',
  clientSecret: 'secret',
  baseUrl: 'https://app.example',
  issuer: 'https://login.example',
  sessionSecret: testSecret,
};

it.each([
  ['issuer', 'http://login.example'],
  ['issuer', 'http://127.0.0.1.evil.example'],
  ['issuer', 'http://localhost.evil.example'],
  ['issuer', 'http://10.0.0.1'],
  ['baseUrl', 'http://app.example'],
])('TE-11d: createAuth refuses the %s %s', (name, url) => {
  const make = () => createAuth({ ...options, sessions: memorySessions(), [name]: url });
  expect(make).toThrow(new RegExp(`${name}: .*plain http`));
});

const environment = {
  NODE_ENV: 'production',
  OIDC_ISSUER: 'https://login.example',
  OIDC_CLIENT_ID: 'client',
  OIDC_CLIENT_SECRET: 'secret',
  BASE_URL: 'https://app.example',
  SESSION_SECRET: testSecret,
};

it.each([
  ['OIDC_ISSUER', 'http://login.example'],
  ['OIDC_ISSUER', 'http://192.168.1.10:8080'],
  ['BASE_URL', 'http://app.example'],
])('TE-11d: in production the app does not start with %s=%s', (name, url) => {
  expect(() => readEnvironment({ ...environment, [name]: url })).toThrow(new RegExp(`${name}: .*plain http`));
  expect(() => readEnvironment(environment)).not.toThrow();
});
