// The option `limits`: what holds, and everything that is wrong with it at once.
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../src/config/resolve-options.ts';
import { memorySessions } from '../../../src/embedded.ts';
import { type AuthOptions, ConfigurationError } from '../../../src/index.ts';

const options = (limits: unknown): AuthOptions => ({
  issuer: 'https://op.example',
  clientId: 'app',
  clientSecret: 'secret',
  baseUrl: 'https://app.example',
  sessionSecret: 'x'.repeat(32),
  sessions: memorySessions(),
  ...(limits === undefined ? {} : { limits: limits as NonNullable<AuthOptions['limits']> }),
});
const problemsOf = (limits: unknown): string[] => {
  try {
    resolveOptions(options(limits));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ name }) => name).sort();
  }
  return [];
};

describe('the option limits', () => {
  it('has defaults that an office behind one address does not reach, and none by account', () => {
    expect(resolveOptions(options(undefined)).limits).toEqual({
      login: { requests: 1200, seconds: 60 },
      callback: { requests: 120, seconds: 60 },
      credentials: { requests: 600, seconds: 60 },
      logout: { requests: 600, seconds: 60 },
      api: { requests: 6000, seconds: 60 },
      account: null,
    });
  });

  it('changes one limit and leaves the others', () => {
    const login = { requests: 5, seconds: 10 };
    const { limits } = resolveOptions(options({ login, api: false, account: login }));
    expect([limits.login, limits.api, limits.account, limits.callback?.requests]).toEqual([
      login,
      null,
      login,
      120,
    ]);
  });

  it('switches all of them off', () => {
    expect(new Set(Object.values(resolveOptions(options(false)).limits))).toEqual(new Set([null]));
  });

  it.each<[string, unknown, string[]]>([
    ['nothing that has numbers', 5, ['limits']],
    ['true', true, ['limits']],
    ['a limit that is a number', { login: 100 }, ['limits.login']],
    ['a limit that is true', { login: true }, ['limits.login']],
    ['none at all', { api: { requests: 0, seconds: 60 } }, ['limits.api.requests']],
    [
      'parts and texts',
      { api: { requests: 1.5, seconds: '60' } },
      ['limits.api.requests', 'limits.api.seconds'],
    ],
    ['more than a day', { logout: { requests: 1, seconds: 86_401 } }, ['limits.logout.seconds']],
    [
      'endless ones',
      { api: { requests: Infinity, seconds: Number.NaN } },
      ['limits.api.requests', 'limits.api.seconds'],
    ],
    ['a name that does not exist', { logins: { requests: 1, seconds: 1 } }, ['limits']],
    ['a word too many', { login: { requests: 1, seconds: 1, burst: 5 } }, ['limits.login']],
    [
      'several mistakes',
      { login: { requests: -1, seconds: 60 }, callback: 'off' },
      ['limits.callback', 'limits.login.requests'],
    ],
  ])('refuses %s', (_what, limits, problems) => expect(problemsOf(limits)).toEqual(problems));
});
