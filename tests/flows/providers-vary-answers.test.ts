// Providers answer the authorization request in different ways; people get in, or read what to do next.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn, factsOf } from '../support/sign-in-attempt.ts';

let provider: ScriptedProvider;
let world: AppWorld;
beforeAll(async () => {
  provider = await startScriptedProvider();
  world = await startAppWorld({ provider });
});
beforeEach(() => provider.reset());
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await provider?.close();
});

describe('iss in the authorization response', () => {
  const unadvertised = (metadata: Json): void => {
    delete metadata.authorization_response_iss_parameter_supported;
  };

  it.each([
    ['is missing, and was not advertised', (response: URLSearchParams) => response.delete('iss')],
    ['is there although it was not advertised', () => undefined],
  ])('that %s lets people in', async (_what, change) => {
    provider.bend.discovery = unadvertised;
    await using fresh = await startAppWorld({ provider });
    provider.bend.authorizeResponse = (response) => void change(response);
    await expectSignedIn(fresh, await attemptSignIn(fresh));
  });

  it('that is wrong keeps them out although it was not advertised, and the code is not sent', async () => {
    provider.bend.discovery = unadvertised;
    await using fresh = await startAppWorld({ provider });
    provider.bend.authorizeResponse = (response) => response.set('iss', 'https://other.example');
    await expectRefused(fresh, await attemptSignIn(fresh), { status: 400, code: 'issuer_mismatch' });
    expect(provider.calls('token')).toHaveLength(0);
  });
});

describe('a refusal', () => {
  const refuseWith = (error: string, description?: string): void => {
    provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      response.set('error', error);
      if (description !== undefined) response.set('error_description', description);
    };
  };

  it.each([
    ['access_denied', 403],
    ['consent_required', 403],
    ['interaction_required', 403],
    ['user_cancelled_authorize', 403],
    ['cancelled', 403],
    ['__proto__', 403],
    ['constructor', 403],
    ['server_error', 502],
    ['invalid_request', 502],
    ['temporarily_unavailable', 503],
  ])('at consent reported as %s ends on a page with a next step', async (error, status) => {
    refuseWith(error, '<b>The person said no</b>');
    const attempt = await attemptSignIn(world);
    await expectRefused(world, attempt, { status, code: 'provider_refused' });
    expect(attempt.page.body).toMatch(/Sign in again|Go to the start page/);
    expect(attempt.page.body).not.toContain('<b>The person said no</b>');
    const failure = attempt.log.find(({ msg }) => msg === 'login_failed');
    expect(failure?.providerError).toBe(error);
    expect(provider.calls('token')).toHaveLength(0);
  });

  it('of offline_access with invalid_scope: operators read which setting to change, and changing it is enough', async () => {
    provider.bend.authorizeResponse = (response, request) => {
      if (!(request.get('scope') ?? '').split(' ').includes('offline_access')) return;
      response.delete('code');
      response.set('error', 'invalid_scope');
    };
    const attempt = await attemptSignIn(world);
    await expectRefused(world, attempt, { status: 502, code: 'provider_refused' });
    const failure = attempt.log.find(({ msg }) => msg === 'login_failed');
    expect(failure?.providerError).toBe('invalid_scope');
    expect(failure?.detail).toContain('offline_access');

    await using without = await startAppWorld({ provider, auth: { scope: 'openid profile email' } });
    const second = await attemptSignIn(without);
    await expectSignedIn(without, second);
    expect((await factsOf(without, second.browser)).scope).toEqual(['openid', 'profile', 'email']);
  });
});

describe('metadata', () => {
  it('OR-22: that names another issuer stops the login before the person is sent there', async () => {
    provider.bend.discovery = (metadata) => ({ ...metadata, issuer: 'https://other.example' });
    await using fresh = await startAppWorld({ provider });
    const attempt = await attemptSignIn(fresh);
    expect(attempt.page.status).toBe(502);
    expect(attempt.page.url).toBe(`${fresh.url}/protected`);
    expect(provider.calls('authorize')).toHaveLength(0);
    expect(await fresh.whoIs(attempt.browser)).toBe('401');
  });

  it.each([
    ['ends with a slash that is not configured', (issuer: string) => `${issuer}/`],
    ['is in other letters', (issuer: string) => issuer.replace('http', 'HTTP')],
  ])('ID-05b: whose issuer %s stops the login', async (_what, change) => {
    provider.bend.discovery = (metadata) => ({ ...metadata, issuer: change(provider.issuer) });
    await using fresh = await startAppWorld({ provider });
    expect((await attemptSignIn(fresh)).page.status).toBe(502);
    expect(provider.calls('authorize')).toHaveLength(0);
  });

  it.each(['/tenant', '/tenant/', '/'])(
    'ID-05b: an issuer with the path %s is compared as it is',
    async (issuerPath) => {
      await using other = await startScriptedProvider({ issuerPath });
      await using fresh = await startAppWorld({ provider: other });
      const attempt = await attemptSignIn(fresh);
      await expectSignedIn(fresh, attempt);
      expect((await factsOf(fresh, attempt.browser)).issuer).toBe(other.origin + issuerPath);
      other.bend.idTokenClaims = (claims) => ({ ...claims, iss: String(claims.iss).replace(/\/?$/, '//') });
      expect((await attemptSignIn(fresh)).page.status).toBe(502);
    },
  );
});

describe('two tabs', () => {
  it('each end on their own page where the provider answers the oldest request first', async () => {
    const browser = world.browser();
    const logins = await Promise.all(['/profile', '/protected'].map((path) => browser.get(world.url + path)));
    const answers: string[] = [];
    for (const login of logins) answers.push((await browser.get(login.location ?? '')).location ?? '');
    // The tab that asked second gets the first answer, and the other way round.
    const [first, second] = answers;
    expect((await browser.followAll(await browser.get(second ?? ''))).url).toBe(`${world.url}/protected`);
    expect((await browser.followAll(await browser.get(first ?? ''))).url).toBe(`${world.url}/profile`);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});
