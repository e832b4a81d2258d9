// The options of createAuth are checked together, and every default is filled in.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../src/config/resolve-options.ts';
import { memorySessions } from '../../../src/embedded.ts';
import { type ApiKeyCache, type AuthOptions, ConfigurationError } from '../../../src/index.ts';

const good: AuthOptions = {
  issuer: 'https://login.example.com',
  clientId: 'app',
  clientSecret: 'secret',
  baseUrl: 'https://app.example.com',
  sessionSecret: 'a secret of more than thirty-two characters',
  sessions: memorySessions(),
};
const problemsOf = (options: object): readonly string[] => {
  try {
    resolveOptions(options as AuthOptions);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.code).toBe('configuration_invalid');
    for (const { name, problem } of error.problems) expect(error.message).toContain(`${name}: ${problem}`);
    return [...new Set(error.problems.map(({ name }) => name))].sort();
  }
};
const directory = { signedIn: async () => null, rightsOf: async () => null };
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

describe('options', () => {
  it('that are enough are filled in', () => {
    expect(resolveOptions(good)).toMatchObject({
      baseUrl: new URL('https://app.example.com'),
      scope: 'openid profile email offline_access',
      sessionSecrets: [good.sessionSecret],
      clientAuth: 'client_secret_basic',
      permissionsClaim: ['permissions'],
      rolesClaim: ['roles'],
      authorizationFrom: ['access_token', 'id_token'],
      ...{ userinfo: 'login', idleSeconds: 86_400, absoluteSeconds: 604_800, accessTokenCookie: 'sealed' },
      ...{ providerTimeoutSeconds: 5, afterLogoutPath: '/logout', allowInsecureHttp: false },
    });
  });

  it('never accept symmetric or missing signatures by default, nor when asked to', () => {
    expect(resolveOptions(good).idTokenAlgorithms.filter((name) => /^HS|none/i.test(name))).toEqual([]);
    for (const name of ['none', 'HS256', 'RS1', '']) {
      expect(problemsOf({ ...good, idTokenAlgorithms: [name] })).toEqual(['idTokenAlgorithms.0']);
    }
    expect(problemsOf({ ...good, idTokenAlgorithms: [] })).toEqual(['idTokenAlgorithms']);
  });

  it('tell every problem together', () => {
    const bad = {
      ...{ issuer: 'login', clientId: '', baseUrl: 'app', sessionSecret: 'short', idleSeconds: 0 },
      ...{ userinfo: 'x', accessTokenCookie: 'y', afterLogoutPath: '//evil', providerTimeoutSeconds: 0 },
    };
    expect(problemsOf(bad)).toEqual([...Object.keys(bad), 'clientSecret', 'sessions'].sort());
  });

  it.each([
    [{ issuer: 'http://login.example.com' }, ['issuer']],
    [{ baseUrl: 'http://app.example.com' }, ['baseUrl']],
    [{ baseUrl: 'http://app.example.com', dangerouslyAllowInsecureHttp: true }, []],
    [{ baseUrl: 'http://localhost:3000', issuer: 'http://127.0.0.1:1' }, []],
    [{ baseUrl: 'http://127.0.0.1.evil.example' }, ['baseUrl']],
    [{ baseUrl: 'http://app.localhost' }, []],
    [{ baseUrl: 'https://app.example.com/?a=1' }, ['baseUrl']],
    [{ baseUrl: 'https://app.example.com/#a' }, ['baseUrl']],
    [{ baseUrl: 'https://app.example.com/prefix' }, []],
    [{ sessionSecret: [] }, ['sessionSecret']],
    [{ sessionSecret: [good.sessionSecret, 'short'] }, ['sessionSecret']],
    [{ sessionSecret: [good.sessionSecret, `${good.sessionSecret}2`] }, []],
    [{ clientSecret: undefined }, ['clientSecret']],
    [{ clientSecret: undefined, clientAuth: 'none' }, []],
    [{ clientAuth: 'private_key_jwt' }, ['clientKey']],
    [{ clientAuth: 'private_key_jwt', clientKey: 'no key' }, ['clientKey']],
    [{ clientAuth: 'private_key_jwt', clientKey: pem }, []],
    [{ idleSeconds: 10, absoluteSeconds: 5 }, ['idleSeconds']],
    [{ idleSeconds: 1.5 }, ['idleSeconds']],
    [{ sessionLimit: 0 }, ['sessionLimit']],
    [{ sessionLimit: 1.5 }, ['sessionLimit']],
    [{ sessionLimit: 3 }, []],
    [{ placeOf: 'Lund' }, ['placeOf']],
    [{ placeOf: () => 'Lund' }, []],
    [{ idleSeconds: Number.NaN }, ['idleSeconds']],
    [{ permissionsClaim: [] }, ['permissionsClaim']],
    [{ neverReturnTo: ['https://evil.example'] }, ['neverReturnTo.0']],
    [{ sessions: undefined }, ['sessions']],
    [{ userinfoSeconds: 60 }, []],
    [{ userinfoSeconds: 0 }, ['userinfoSeconds']],
    [{ userinfoSeconds: 60, userinfo: 'never' }, ['userinfoSeconds']],
    [{ userinfoSeconds: 60, userinfoCache: new Map() }, []],
    [{ userinfoCache: new Map() }, ['userinfoCache']],
    [{ userinfoSeconds: 60, userinfoCache: {} }, ['userinfoCache']],
    [{ userinfoSeconds: 60, userinfoCache: null }, ['userinfoCache']],
    [{ directory, directoryIssuer: 'local', directorySeconds: 0, apiKeySeconds: 0 }, []],
    [{ directory: {} }, ['directory']],
    [{ directory: null }, ['directory']],
    [{ directory, directoryIssuer: '' }, ['directoryIssuer']],
    [{ directoryIssuer: 'local' }, ['directoryIssuer']],
    [{ directorySeconds: -1 }, ['directorySeconds']],
    [{ apiKeySeconds: 3601 }, ['apiKeySeconds']],
  ])('%j → %j', (more, names) => {
    expect(problemsOf({ ...good, ...more })).toEqual(names);
  });

  it('remember API keys for ten seconds, and with a directory only where that is wanted', () => {
    const cache = { apiKeyCache: {} as ApiKeyCache };
    const secondsOf = (more: object) => resolveOptions({ ...good, ...more }).apiKeySeconds;
    expect([secondsOf({}), secondsOf({ apiKeySeconds: 0 })]).toEqual([10, 0]);
    expect([secondsOf({ directory }), secondsOf({ directory, ...cache })]).toEqual([0, 10]);
    expect(secondsOf({ directory, apiKeySeconds: 5 })).toBe(5);
  });

  it('let an absolute limit be shorter than the default idle limit', () => {
    expect(resolveOptions({ ...good, absoluteSeconds: 3600 })).toMatchObject({ idleSeconds: 3600 });
  });

  it('ask for openid even where it was left out', () => {
    expect(resolveOptions({ ...good, scope: 'email  email\tprofile' }).scope).toBe('openid email profile');
  });

  it('never repeat a secret in the words about it', () => {
    const error = () =>
      resolveOptions({ ...good, clientId: '', sessionSecret: 'hunter2', clientSecret: 's3cret' });
    expect(error).toThrow(ConfigurationError);
    expect(error).not.toThrow(/hunter2|s3cret/);
  });
});
