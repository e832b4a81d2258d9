// A program presents its token in odd ways, or in several at once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BearerWorld, challengeOf, mint, startBearerWorld } from '../support/bearer-world.ts';
import { rawRequest } from '../support/raw-http.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testUser } from '../support/scripted-provider.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const make = (claims: Json = {}) => mint(world.provider, claims);
const bearer = async (claims: Json = {}) => ({ authorization: `Bearer ${await make(claims)}` });

describe('RS-02: the header', () => {
  it.each(['bearer', 'BEARER', 'Bearer ', '  Bearer'])('may spell its scheme "%s"', async (scheme) => {
    const answer = await world.ask('/token', { authorization: `${scheme} ${await make()}` });
    expect(answer.status).toBe(200);
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Basic x',
    'Digest x',
    'Bearer %ff',
    'Bearer "a"',
    'Bearer a,b',
    'x',
    'DPoP a',
    'Bearer ä',
    'Bearer =',
    `Bearer ${'a'.repeat(15_000)}`,
  ])('RS-02: "%.20s" is 401 invalid_token, and quick', async (authorization) => {
    for (const path of ['/token', '/optional', '/user']) {
      const startedAt = performance.now();
      const answer = await world.ask(path, { authorization: Buffer.from(authorization).toString('latin1') });
      expect(performance.now() - startedAt).toBeLessThan(500);
      expect(answer.status, path).toBe(401);
      expect(challengeOf(answer).error).toBe('invalid_token');
    }
  });

  it('RS-02: twice is 400 invalid_request, whichever of the two is good', async () => {
    const good = await make();
    for (const pair of [
      [good, 'x'],
      ['x', good],
      [good, good],
    ]) {
      const lines = pair.map((token) => `Authorization: Bearer ${token}\r\n`).join('');
      const request = `GET /token HTTP/1.1\r\nHost: localhost:${world.port}\r\n${lines}Connection: close\r\n\r\n`;
      const { text } = await rawRequest(world.port, request);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).toContain('error="invalid_request"');
      expect(text).not.toContain('"ran"');
    }
  });
});

describe('RS-03: a token that comes another way', () => {
  it('RS-03a: alone in the query or in a form it is no credential', async () => {
    const token = await make();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [
      await world.ask(`/token?access_token=${token}`),
      await world.ask('/token', form, 'POST', `access_token=${token}`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(challengeOf(answer)).toEqual({ realm: `localhost:${world.port}` });
    }
    expect(JSON.stringify(world.events)).not.toContain(token);
  });

  it('RS-03b: beside the one in the header it is 400, for optional guards too', async () => {
    const headers = await bearer();
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['/token', '/optional']) {
      for (const answer of [
        await world.ask(`${path}?x=1&access_token=abc`, headers),
        await world.ask(`${path}?access%5Ftoken=abc`, headers),
        await world.ask(path, form, 'POST', 'a=b&access_token=abc'),
      ]) {
        expect(answer.status).toBe(400);
        expect(challengeOf(answer).error).toBe('invalid_request');
        expect(JSON.parse(answer.body)).toMatchObject({
          code: 'credential_ambiguous',
          error: 'invalid_request',
        });
      }
    }
    expect((await world.ask('/token?token=abc', headers)).status).toBe(200);
  });

  it('RS-03c: beside another person’s session it decides alone, and no rights are joined', async () => {
    world.provider.user = { ...testUser, sub: 'user-ben', permissions: ['reports:read'] };
    const browser = world.browser();
    await world.signIn(browser, '/user');
    const cookie = browser.cookies.header(world.url, 'strict') ?? '';
    expect((await world.ask('/permission', { cookie })).status).toBe(200);
    const both = { cookie, ...(await bearer({ permissions: undefined })) };
    expect(JSON.parse((await world.ask('/user', both)).body).auth).toMatchObject({ subject: 'user-ada' });
    expect((await world.ask('/permission', both)).status).toBe(403);
    expect((await world.ask('/scope', { cookie })).status).toBe(403);
    expect((await world.ask('/scope', both)).status).toBe(200);
    const bad = await world.ask('/optional', { cookie, authorization: 'Bearer x' });
    expect([bad.status, bad.headers['set-cookie']]).toEqual([401, undefined]);
  });

  it('needs no proof of its origin: no browser sends it by itself', async () => {
    const headers = {
      ...(await bearer()),
      origin: 'https://elsewhere.example',
      'sec-fetch-site': 'cross-site',
    };
    expect((await world.ask('/token', headers, 'POST')).status).toBe(200);
  });
});

it('RS-09: the words of the challenge are ours, whatever the token holds', async () => {
  const nasty = 'x" \r\nSet-Cookie: a=b \\ é';
  for (const claims of [{ iss: nasty }, { aud: nasty }, { sub: 7, [nasty]: nasty }, { cnf: nasty }]) {
    const answer = await world.ask('/token', await bearer(claims));
    expect(answer.status).toBe(401);
    const { realm, error, error_description: words, ...rest } = challengeOf(answer);
    expect([realm, error, rest]).toEqual([`localhost:${world.port}`, 'invalid_token', {}]);
    expect(words).toMatch(/^The token [a-z ]+$/i);
    expect(JSON.parse(answer.body).error_description).toBe(words);
  }
});

it('RS-14b: an optional guard lets nobody in with a bad header, and anybody without one', async () => {
  expect((await world.ask('/optional')).status).toBe(200);
  expect(JSON.parse((await world.ask('/optional')).body).auth).toBeNull();
  for (const authorization of ['Bearer x', 'Bearer', 'Basic eA==', '']) {
    const answer = await world.ask('/optional', { authorization });
    expect([answer.status, challengeOf(answer).error], authorization).toEqual([401, 'invalid_token']);
  }
});

it('RS-18: HEAD is guarded as GET is', async () => {
  expect((await world.ask('/token', {}, 'HEAD')).status).toBe(401);
  expect((await world.ask('/scope', await bearer({ scope: 'a' }), 'HEAD')).status).toBe(403);
});
