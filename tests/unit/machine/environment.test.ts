// Where services are, out of the environment: what wins over what, and every mistake named at once.
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/errors.ts';
import { outgoingFrom } from '../../../src/machine.ts';

const regions = { eu: 'https://api.eu.example.com/', us: 'https://api.us.example.com/v1' };
const services = { audits: '/audits', 'user-directory': 'users' };
const options = { regions, services };
const problemsOf = (environment: Record<string, string>, given: object = options): readonly string[] => {
  try {
    outgoingFrom(environment, given);
    return [];
  } catch (thrown) {
    const error = thrown as ConfigurationError;
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).not.toContain('hunter2');
    return error.problems.map(({ name }) => name);
  }
};

describe('the addresses of services', () => {
  it.each<[Record<string, string>, string, string]>([
    [{ LATCHKEY_REGION: 'eu' }, 'https://api.eu.example.com/audits', 'https://api.eu.example.com/users'],
    [
      { LATCHKEY_REGION: 'us' },
      'https://api.us.example.com/v1/audits',
      'https://api.us.example.com/v1/users',
    ],
    [
      { LATCHKEY_REGION: 'us', LATCHKEY_API_BASE_URL: 'https://gateway.test' },
      ...(['https://gateway.test/audits', 'https://gateway.test/users'] as const),
    ],
    [
      { LATCHKEY_REGION: 'eu', LATCHKEY_USER_DIRECTORY_URL: 'http://localhost:4000/dir' },
      ...(['https://api.eu.example.com/audits', 'http://localhost:4000/dir'] as const),
    ],
    [
      { LATCHKEY_AUDITS_URL: 'https://a.test/x', LATCHKEY_USER_DIRECTORY_URL: 'https://b.test' },
      ...(['https://a.test/x', 'https://b.test'] as const),
    ],
  ])('come from %j', (environment, audits, directory) => {
    expect(outgoingFrom(environment, options).urls).toEqual({ audits, 'user-directory': directory });
  });

  it('come from the default region where none is set, and an empty variable is not set', () => {
    const environment = { LATCHKEY_REGION: ' ', LATCHKEY_API_BASE_URL: '' };
    expect(outgoingFrom(environment, { ...options, defaultRegion: 'eu' }).baseUrl).toBe(regions.eu);
    expect(outgoingFrom({})).toEqual({ baseUrl: null, urls: {}, timeoutSeconds: 5, debug: false });
  });

  it.each<[Record<string, string>, string[]]>([
    [{}, ['LATCHKEY_AUDITS_URL', 'LATCHKEY_USER_DIRECTORY_URL']],
    [{ LATCHKEY_AUDITS_URL: 'https://a.test' }, ['LATCHKEY_USER_DIRECTORY_URL']],
    [{ LATCHKEY_REGION: 'mars', LATCHKEY_API_BASE_URL: 'https://x.test' }, ['LATCHKEY_REGION']],
    [{ LATCHKEY_REGION: '__proto__', LATCHKEY_API_BASE_URL: 'https://x.test' }, ['LATCHKEY_REGION']],
    [{ LATCHKEY_API_BASE_URL: 'http://api.example.com' }, ['LATCHKEY_API_BASE_URL']],
    [{ LATCHKEY_API_BASE_URL: 'https://u:hunter2@x.test' }, ['LATCHKEY_API_BASE_URL']],
    [{ LATCHKEY_REGION: 'eu', LATCHKEY_AUDITS_URL: 'https://x.test/?hunter2' }, ['LATCHKEY_AUDITS_URL']],
    [{ LATCHKEY_REGION: 'eu', LATCHKEY_HTTP_TIMEOUT_SECONDS: '0' }, ['LATCHKEY_HTTP_TIMEOUT_SECONDS']],
    [{ LATCHKEY_REGION: 'eu', LATCHKEY_HTTP_TIMEOUT_SECONDS: '3s' }, ['LATCHKEY_HTTP_TIMEOUT_SECONDS']],
    [{ LATCHKEY_REGION: 'eu', LATCHKEY_DEBUG: 'False' }, ['LATCHKEY_DEBUG']],
    [
      {
        LATCHKEY_REGION: 'eu',
        LATCHKEY_AUDITS_URL: 'x',
        LATCHKEY_HTTP_TIMEOUT_SECONDS: '-1',
        LATCHKEY_DEBUG: '1',
      },
      ['LATCHKEY_AUDITS_URL', 'LATCHKEY_HTTP_TIMEOUT_SECONDS', 'LATCHKEY_DEBUG'],
    ],
  ])('are refused in %j', (environment, problems) => expect(problemsOf(environment)).toEqual(problems));

  it('are refused where the program itself is wrong', () => {
    const wrong = {
      regions: { eu: 'ftp://x' },
      defaultRegion: 'us',
      services: { 'api-base': '/x', Audits: '/y' },
    };
    expect(problemsOf({}, wrong)).toEqual([
      ...['regions.eu', 'defaultRegion', 'services.api-base', 'services.Audits'],
    ]);
  });
});

it.each([
  [{}, 5, false],
  [{ LATCHKEY_HTTP_TIMEOUT_SECONDS: '0.5', LATCHKEY_DEBUG: 'on' }, 0.5, true],
  [{ LATCHKEY_DEBUG: 'off', LOG_LEVEL: 'info' }, 5, false],
  [{ LOG_LEVEL: 'debug' }, 5, true],
  [{ LOG_LEVEL: 'trace' }, 5, true],
])('time limit and debugging come from %j', (environment, timeoutSeconds, debug) => {
  expect(outgoingFrom(environment)).toMatchObject({ timeoutSeconds, debug });
});
