// The token endpoint redirects, babbles, refuses or breaks: nobody is signed in, nothing leaks, nothing is retried.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import { answer, html, json, jsonText, oauthError } from '../support/scripted-provider/answers.ts';
import type { EndpointName, RawAnswer } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

let world: AppWorld;
let attacker: AttackerServer;
beforeAll(async () => {
  world = await startAppWorld();
  attacker = await startAttackerServer();
  await expectSignedIn(world, await attemptSignIn(world));
});
beforeEach(() => world.provider.reset());
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await attacker?.close();
});

/** What nobody outside may read: the secret, the code that was sent, and what the provider said in private. */
const expectNothingLeaked = (page: { body: string }, log: readonly unknown[]): void => {
  const code = world.provider.calls('token')[0]?.form.get('code') ?? 'there was no code';
  const verifier = world.provider.calls('token')[0]?.form.get('code_verifier') ?? 'there was no verifier';
  const secret = testClient.clientSecret ?? '';
  for (const text of [page.body, JSON.stringify(log)]) {
    for (const hidden of [code, verifier, secret, encodeURIComponent(secret)])
      expect(text).not.toContain(hidden);
  }
  expect(page.body).not.toContain('internal-host-17');
};

const description = 'bad code on internal-host-17\r\nSet-Cookie: evil=1';
const longType = { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="op"' };

it.each<[string, string, RawAnswer, number, string]>([
  ['TE-05a', 'an HTML page', html(200), 502, 'provider_response_invalid'],
  ['TE-05b', 'half a JSON object', jsonText('{"access_token":'), 502, 'provider_response_invalid'],
  ['TE-05c', 'an array', jsonText('[]'), 502, 'provider_response_invalid'],
  ['TE-05d', 'null', jsonText('null'), 502, 'provider_response_invalid'],
  ['TE-05e', 'nothing (204)', answer(204), 502, 'provider_response_invalid'],
  [
    'TE-05f',
    'a 201',
    json({ access_token: 'x', token_type: 'Bearer' }, 201),
    502,
    'provider_response_invalid',
  ],
  [
    'TE-05',
    'an empty body',
    answer(200, '', { 'content-type': 'application/json' }),
    502,
    'provider_response_invalid',
  ],
  ['TE-07a', 'that the code is no good', oauthError('invalid_grant', 400, description), 400, 'login_expired'],
  ['TE-07a', 'an error that is no text', json({ error: { a: 1 } }, 400), 502, 'provider_response_invalid'],
  [
    'TE-07a',
    'an error nobody knows',
    oauthError('weird', 400, description),
    502,
    'provider_response_invalid',
  ],
  [
    'TE-07b',
    'that it does not know us',
    oauthError('invalid_client', 401, description),
    502,
    'client_rejected',
  ],
  [
    'TE-07b',
    'that it does not know us, with a challenge',
    answer(401, JSON.stringify({ error: 'invalid_client', error_description: description }), longType),
    502,
    'client_rejected',
  ],
  ['TE-07b', 'that it does not know us, in HTML', html(401), 502, 'client_rejected'],
  [
    'TE-07c',
    'that it has too much to do',
    oauthError('slow_down', 429, description),
    503,
    'provider_unavailable',
  ],
  ['TE-07c', 'that it is away', answer(503, 'internal-host-17'), 503, 'provider_unavailable'],
  ['TE-07d', 'a 500 in HTML', html(500, '<p>internal-host-17</p>'), 503, 'provider_unavailable'],
])('%s: the token endpoint answers %s', async (_id, _what, raw, status, code) => {
  world.provider.bend.raw.token = raw;
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, { status, code });
  expect(world.provider.calls('token')).toHaveLength(1);
  expectNothingLeaked(attempt.page, attempt.log);
  expect(attempt.page.body).toMatch(/Sign in again|Try again|Go to the start page/);
  const alerts = attempt.log.filter(({ level }) => level === 'warn' || level === 'error');
  expect(alerts.length).toBeGreaterThan(0);
  // One log line stays one line: what the provider says cannot forge another.
  expect(attempt.log.every((line) => JSON.stringify(line).includes('\n') === false)).toBe(true);

  world.provider.reset();
  await expectSignedIn(world, await attemptSignIn(world));
});

it('TE-07c: tells people when to try again, as the provider said', async () => {
  world.provider.bend.raw.token = answer(503, '', { 'retry-after': '17' });
  expect((await attemptSignIn(world)).page.headers['retry-after']).toBe('17');
  world.provider.bend.raw.token = answer(429, '{}', {
    'retry-after': '1e9',
    'content-type': 'application/json',
  });
  expect(Number((await attemptSignIn(world)).page.headers['retry-after'])).toBeLessThanOrEqual(3600);
});

it('TE-06: refuses a good token response that is labelled as HTML', async () => {
  const honest = { access_token: 'token', token_type: 'Bearer', expires_in: 60, id_token: 'a.b.c' };
  world.provider.bend.raw.token = jsonText(JSON.stringify(honest), 200, 'text/html');
  const attempt = await attemptSignIn(world);
  await expectRefused(world, attempt, { status: 502, code: 'provider_response_invalid' });
  expect(JSON.stringify(attempt.log)).toContain('content type');
});

it.each<[EndpointName, number, number]>([
  ['token', 302, 0],
  ['token', 303, 0],
  ['token', 307, 0],
  ['token', 308, 0],
  ['userinfo', 302, 1],
  ['userinfo', 307, 1],
  ['jwks', 302, 0],
  ['jwks', 307, 0],
])(
  'TE-04: a redirect of the %s endpoint (%i) is not followed, and nothing goes to the other host',
  async (...row) => {
    const [endpoint, status, userinfoCalls] = row;
    await using fresh = await startAppWorld({ provider: world.provider });
    world.provider.bend.raw[endpoint] = answer(status, '', { location: `${attacker.url}/steal` });
    const attempt = await attemptSignIn(fresh);
    const code = endpoint === 'userinfo' ? 'userinfo_invalid' : 'provider_response_invalid';
    await expectRefused(fresh, attempt, { status: 502, code, userinfoCalls });
    expect(world.provider.calls(endpoint)).toHaveLength(1);
    expect(attacker.connections).toBe(0);
  },
);
