// What createMachineClient refuses: every problem at once, none of the secrets in the words.
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/errors.ts';
import { checkCache, type MachineTokenCache } from '../../../src/machine/cache-options.ts';
import { type MachineClientOptions, resolveMachineOptions } from '../../../src/machine/machine-options.ts';

const good = { issuer: 'https://login.example.com', clientId: 'job', clientSecret: 'the-client-secret' };
const secret = 'a cache secret of at least 32 characters';
const problemsOf = (options: unknown): readonly string[] => {
  try {
    resolveMachineOptions(options as MachineClientOptions);
    return [];
  } catch (thrown) {
    const error = thrown as ConfigurationError;
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).not.toMatch(/the-client-secret|hunter2/);
    return error.problems.map(({ name }) => name);
  }
};
const redis = (more: object) => ({ ...good, cache: { type: 'redis', host: 'redis', secret, ...more } });

describe('the options of a machine client', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['issuer', 'clientId', 'clientSecret']],
    ['an issuer that is no URL', { ...good, issuer: 'login.example.com' }, ['issuer']],
    ['an issuer over plain http', { ...good, issuer: 'http://login.example.com' }, ['issuer']],
    ['no proof at all', { ...good, clientAuth: 'none' }, ['clientAuth']],
    ['a key that is none', { ...good, clientAuth: 'private_key_jwt', clientKey: 'hunter2' }, ['clientKey']],
    ['another grant', { ...good, parameters: { grant_type: 'password' } }, ['parameters']],
    [
      'another client',
      { ...good, parameters: { client_id: 'x', client_secret: 'y' } },
      ['parameters', 'parameters'],
    ],
    ['a time of nothing', { ...good, timeoutSeconds: 0 }, ['timeoutSeconds']],
    ['a time that is none', { ...good, timeoutSeconds: Number.NaN }, ['timeoutSeconds']],
    ['an hour', { ...good, timeoutSeconds: 3600 }, ['timeoutSeconds']],
    ['a cache of another kind', { ...good, cache: { type: 'file' } }, ['cache.type']],
    ['Redis without a secret to seal with', redis({ secret: undefined }), ['cache.secret']],
    ['Redis with a short secret', redis({ secret: 'short' }), ['cache.secret']],
    ['Redis with a short old secret', redis({ secret: [secret, 'short'] }), ['cache.secret']],
    ['Redis without a host', redis({ host: undefined }), ['cache.host']],
    ['Redis at a host with more in it', redis({ host: 'redis:x@evil/' }), ['cache.host']],
    ['Redis at no port', redis({ port: 70_000 }), ['cache.port']],
    ['Redis in no database', redis({ db: -1 }), ['cache.db']],
    ['Redis at a URL of something else', redis({ url: 'http://:hunter2@x' }), ['cache.url']],
  ])('refuse %s', (_name, options, problems) => expect(problemsOf(options)).toEqual(problems));

  it('name every problem at once', () => {
    const all = { issuer: 'x', timeoutSeconds: -1, cache: { type: 'redis', port: 0, db: 0.5 } };
    expect(problemsOf(all)).toEqual([
      ...['issuer', 'clientId', 'clientSecret', 'timeoutSeconds'],
      ...['cache.secret', 'cache.host', 'cache.port', 'cache.db'],
    ]);
  });

  it('take plain http for this machine, and elsewhere only where that was asked for', () => {
    expect(problemsOf({ ...good, issuer: 'http://localhost:4000' })).toEqual([]);
    const insecure = { ...good, issuer: 'http://login.internal', dangerouslyAllowInsecureHttp: true };
    expect(problemsOf(insecure)).toEqual([]);
  });

  it.each<[Partial<MachineTokenCache>, string]>([
    [{ host: 'redis' }, 'redis://redis:6379/0'],
    [{ host: 'redis', port: 6380, db: 2, password: 'p@ss/w:rd' }, 'redis://:p%40ss%2Fw%3Ard@redis:6380/2'],
    [{ host: '::1', username: 'job', password: 'x', tls: true }, 'rediss://job:x@[::1]:6379/0'],
    [{ url: 'rediss://job:x@redis:6379/1' }, 'rediss://job:x@redis:6379/1'],
  ])('make an address of %j', (given, url) => {
    const cache = { type: 'redis', secret, ...given } as MachineTokenCache;
    expect(checkCache(cache, 32, () => {})?.url).toBe(url);
  });
});
