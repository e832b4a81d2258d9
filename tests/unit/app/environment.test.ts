// The environment is checked as a whole: every problem at once, each with its name and how to mend it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentVariables, readEnvironment } from '../../../src/app/env.ts';
import { settingsFrom } from '../../../src/app/settings.ts';
import { ConfigurationError, type ConfigurationProblem } from '../../../src/index.ts';

const secret = 'a secret of more than thirty-two characters';
const production = {
  NODE_ENV: 'production',
  BASE_URL: 'https://app.example.com',
  OIDC_ISSUER: 'https://login.example.com',
  OIDC_CLIENT_ID: 'app',
  OIDC_CLIENT_SECRET: 'client secret',
  SESSION_SECRET: secret,
};
const outside = { OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' };

const problemsOf = (source: Record<string, string>): readonly ConfigurationProblem[] => {
  try {
    readEnvironment(source);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const problem of error.problems) {
      expect(error.message).toContain(`${problem.name}: ${problem.problem} ${problem.mend}`);
      expect(problem.mend).toMatch(/\.$/);
    }
    return error.problems;
  }
};
const namesOf = (source: Record<string, string>) =>
  problemsOf(source)
    .map(({ name }) => name)
    .sort();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-env-'));
  writeFileSync(join(folder, 'key.pem'), 'a key');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an environment', () => {
  it('that is empty is a demo on this machine', () => {
    expect(settingsFrom(readEnvironment({}))).toMatchObject({
      production: false,
      ...{ port: 3000, host: '127.0.0.1', baseUrl: 'http://localhost:3000', issuer: null },
      ...{ sessionSecrets: null, redisUrl: null, dataDir: './data', trustProxy: null, logLevel: 'info' },
    });
  });

  it('of a team without a provider needs the public address of the local one in production', () => {
    const { OIDC_ISSUER: _issuer, OIDC_CLIENT_ID: _id, OIDC_CLIENT_SECRET: _secret, ...local } = production;
    expect(namesOf(local)).toEqual(['OIDC_ISSUER']);
    expect(namesOf({ ...local, LOCAL_PROVIDER_URL: 'https://login.example.com' })).toEqual([]);
    for (const url of [
      ...['http://login.example.com', 'https://login.example.com/path', 'https://app.example.com'],
      ...['https://login.example.com?a', 'https://user@login.example.com', 'login.example.com'],
    ])
      expect(namesOf({ ...local, LOCAL_PROVIDER_URL: url }), url).toContain('LOCAL_PROVIDER_URL');
    expect(namesOf({ ...production, LOCAL_PROVIDER_URL: 'https://login.example.com' })).toEqual([
      'LOCAL_PROVIDER_URL',
    ]);
  });

  it('AD-06a: has demo users only where nobody else reaches them', () => {
    const demo = (source: Record<string, string>) => settingsFrom(readEnvironment(source)).demoUsers;
    expect(demo({})).toBe(true);
    expect(demo({ LOCAL_PROVIDER_URL: 'http://127.0.0.1:3001' })).toBe(false);
    expect(demo(outside)).toBe(false);
    expect(demo({ ...production })).toBe(false);
    expect(settingsFrom(readEnvironment({ LOCAL_PROVIDER_URL: 'https://a.example/' })).localProviderUrl).toBe(
      'https://a.example',
    );
  });

  it('with empty and blank variables is the same as one without them', () => {
    const names = environmentVariables.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const blank of ['', '   ', '\t'])
      expect(readEnvironment(Object.fromEntries(names.map((name) => [name, blank])))).toEqual({});
  });

  it('is trimmed, and what it does not know is left alone', () => {
    expect(readEnvironment({ PORT: ' 8080 ', SOMETHING_ELSE: 'x' })).toEqual({ PORT: 8080 });
  });

  it('of several workers needs Redis in production, where each would count guessed passwords for itself', () => {
    const two = { WEB_CONCURRENCY: '2' };
    expect(namesOf({ ...production, ...two })).toEqual(['WEB_CONCURRENCY']);
    expect(namesOf({ ...production, ...two, REDIS_URL: 'redis://localhost' })).toEqual([]);
    expect(namesOf({ ...production, WEB_CONCURRENCY: '1' })).toEqual([]);
    expect(settingsFrom(readEnvironment(two)).workers).toBe(2);
    expect(settingsFrom(readEnvironment({})).workers).toBe(1);
    for (const value of ['0', '65', '1.5', '-1', 'auto'])
      expect(namesOf({ WEB_CONCURRENCY: value })).toEqual(['WEB_CONCURRENCY']);
  });

  it('for production with everything that is needed passes', () => {
    const settings = settingsFrom(readEnvironment(production));
    expect(settings).toMatchObject({ production: true, host: '0.0.0.0', sessionSecrets: [secret] });
    expect(settings.auth.dangerouslyAllowInsecureHttp).toBe(false);
  });

  it('tells every problem at once, and each once', () => {
    const bad = {
      PORT: 'eighty',
      BASE_URL: 'app.example.com',
      OIDC_ISSUER: 'ftp://login.example.com',
      OIDC_CLIENT_AUTH: 'basic',
      OIDC_AUTHORIZATION_FROM: 'id_token,cookie',
      OIDC_USERINFO: 'sometimes',
      SESSION_SECRET: 'short',
      SESSION_IDLE_SECONDS: '-5',
      ACCESS_TOKEN_COOKIE: 'open',
      REDIS_URL: 'localhost:6379',
      TRUST_PROXY: 'true',
      LOG_LEVEL: 'loud',
      LATCHKEY_DEBUG: '1',
      OIDC_CLIENT_KEY_FILE: join(folder, 'missing.pem'),
      OIDC_PROFILE: 'fapi9',
    };
    expect(namesOf(bad)).toEqual(Object.keys(bad).sort());
    expect(namesOf({ ...bad, NODE_ENV: 'production' })).toEqual(Object.keys(bad).sort());
  });
});

describe('one variable', () => {
  it.each([
    ['PORT', ['0', '65535', '-1', '3000.5', '0x50', '1e3', 'http'], ['1', '65534']],
    [
      'BASE_URL',
      ['localhost:3000', 'javascript:alert(1)', 'https://', '//x'],
      ['http://localhost', 'https://a.b/p'],
    ],
    ['OIDC_ISSUER', ['login.example.com', 'file:///etc'], []],
    [
      'TRUST_PROXY',
      ['true', 'TRUE', 'yes', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0', '1,true', '-1', '*'],
      [],
    ],
    ['TRUST_PROXY', [], ['1', '2', 'loopback', '10.0.0.0/8, 192.168.1.1', 'fd00::/8,uniquelocal']],
    ['SESSION_SECRET', ['x'.repeat(31), `${secret},short`], [secret, `${secret},${secret}2`]],
    [
      'DATABASE_URL',
      ['mysql://h/d', 'h:5432', 'postgres://h'],
      ['postgres://u:p%40@h/d', 'postgresql:///d?host=/run'],
    ],
    ['REDIS_URL', ['http://localhost', '127.0.0.1:6379', 'redis://a,b', 'redis+sentinel://a'], []],
    ['REDIS_URL', [], ['rediss://u:p@h:1/0', 'redis+sentinel://a,b/m', 'rediss+cluster://a,b?ca_file=c']],
    ['SESSION_ABSOLUTE_SECONDS', ['0', 'a week', '99999999999'], ['86400']],
    ['SESSION_LIMIT', ['0', '-1', '1.5', 'none', '1001'], ['1', '20']],
    ['LOG_LEVEL', ['verbose', 'INFO'], ['trace', 'silent']],
  ])('%s refuses %j and takes %j', (name, refused, taken) => {
    for (const text of refused) expect(namesOf({ [name]: text }), text).toEqual([name]);
    for (const text of taken) expect(namesOf({ [name]: text }), text).toEqual([]);
  });

  it('TRUST_PROXY says why true is refused', () => {
    const [problem] = problemsOf({ TRUST_PROXY: 'true' });
    expect(problem?.problem).toContain('anybody could choose the address');
  });

  it('a secret is never repeated in the words about it', () => {
    expect(JSON.stringify(problemsOf({ SESSION_SECRET: 'hunter2', OIDC_CLIENT_AUTH: 'x' }))).not.toContain(
      'hunter2',
    );
  });
});

describe('a Redis URL', () => {
  it('is refused with everything that is wrong with it, and without the password', () => {
    const [problem, ...more] = problemsOf({ REDIS_URL: 'redis+sentinel://:hunter2@a,b:0?password=hunter2' });
    expect(more).toEqual([]);
    expect(problem?.problem).toMatch(/parameter that is not known.*port that cannot be as 2.*which servers/);
    expect(problem?.problem).toContain('mymaster');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('variables together', () => {
  it.each(['OIDC_ISSUER', 'SESSION_SECRET', 'BASE_URL', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'])(
    'production without %s does not start',
    (name) => {
      const { [name as keyof typeof production]: _left, ...rest } = production;
      expect(namesOf(rest)).toEqual([name]);
    },
  );

  it('production without anything names all three things it needs', () => {
    expect(namesOf({ NODE_ENV: 'production' })).toEqual(['BASE_URL', 'OIDC_ISSUER', 'SESSION_SECRET']);
  });

  it.each([
    [{ BASE_URL: 'http://app.example.com' }, ['BASE_URL']],
    [{ OIDC_ISSUER: 'http://login.example.com' }, ['OIDC_ISSUER']],
    [{ BASE_URL: 'http://localhost.evil.example' }, ['BASE_URL']],
    [{ BASE_URL: 'HTTP://app.example.com' }, ['BASE_URL']],
    [{ BASE_URL: 'http://localhost:3000', OIDC_ISSUER: 'http://127.0.0.1:8080' }, []],
    [{ BASE_URL: 'http://[::1]:3000' }, []],
  ])('plain http in production: %j → %j', (more: Record<string, string>, names) => {
    expect(namesOf({ ...production, ...more })).toEqual(names);
  });

  it.each([
    [{ ...outside, OIDC_CLIENT_SECRET: '' }, ['OIDC_CLIENT_SECRET']],
    [{ ...outside, OIDC_CLIENT_SECRET: '', OIDC_CLIENT_AUTH: 'client_secret_post' }, ['OIDC_CLIENT_SECRET']],
    [{ ...outside, OIDC_CLIENT_SECRET: '', OIDC_CLIENT_AUTH: 'none' }, []],
    [{ ...outside, OIDC_CLIENT_SECRET: '', OIDC_CLIENT_AUTH: 'private_key_jwt' }, ['OIDC_CLIENT_KEY_FILE']],
    [{ OIDC_ISSUER: 'https://login.example.com' }, ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']],
    [{ SESSION_IDLE_SECONDS: '7200', SESSION_ABSOLUTE_SECONDS: '3600' }, ['SESSION_IDLE_SECONDS']],
    [{ SESSION_ABSOLUTE_SECONDS: '3600' }, []],
    [{ OIDC_USERINFO: 'never', OIDC_USERINFO_SECONDS: '60' }, ['OIDC_USERINFO_SECONDS']],
    [{ OIDC_USERINFO: 'login', OIDC_USERINFO_SECONDS: '60' }, []],
    [{ SESSION_IDLE_SECONDS: '3600', SESSION_ABSOLUTE_SECONDS: '3600' }, []],
  ])('%j → %j', (source: Record<string, string>, names) => {
    expect(namesOf(source)).toEqual(names);
  });

  it('lists are split at commas and lose blanks', () => {
    const read = readEnvironment({
      SESSION_SECRET: ` ${secret} , ${secret}-old ,`,
      OIDC_PERMISSIONS_CLAIM: 'realm_access.roles, https://example.com/permissions',
      OIDC_AUTHORIZATION_FROM: 'userinfo, id_token',
    });
    expect(read.SESSION_SECRET).toEqual([secret, `${secret}-old`]);
    expect(read.OIDC_PERMISSIONS_CLAIM).toEqual(['realm_access.roles', 'https://example.com/permissions']);
    expect(read.OIDC_AUTHORIZATION_FROM).toEqual(['userinfo', 'id_token']);
  });
});
