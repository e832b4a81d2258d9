// Finding redis-server and Chromium: the override decides alone, then the usual places, then PATH.
import { describe, expect, it } from 'vitest';
import { findProgram, installWords, overrideProblem } from '../../support/programs.ts';

const only = (...files: string[]) => ({ runs: (file: string) => files.includes(file) });

describe('finding a program', () => {
  it('takes the override, and never another program in its place', () => {
    const env = { REDIS_SERVER_BIN: '/opt/redis-server', PATH: '/usr/bin' };
    expect(findProgram('redis-server', { env, ...only('/opt/redis-server') })).toBe('/opt/redis-server');
    expect(findProgram('redis-server', { env, ...only('/usr/bin/redis-server') })).toBeNull();
  });

  it('says that an override is wrong', () => {
    const env = { REDIS_SERVER_BIN: '/gone', PATH: '' };
    expect(overrideProblem('redis-server', { env, ...only('/usr/bin/redis-server') })).toContain('/gone');
    expect(overrideProblem('redis-server', { env, ...only('/gone') })).toBeNull();
    expect(overrideProblem('redis-server', { env: {}, ...only() })).toBeNull();
  });

  it('looks at the usual places and at PATH', () => {
    const env = { PATH: '/somewhere:/elsewhere' };
    expect(findProgram('redis-server', { env, ...only('/opt/homebrew/bin/redis-server') })).toContain(
      'homebrew',
    );
    expect(findProgram('chromium', { env, ...only('/elsewhere/google-chrome') })).toBe(
      '/elsewhere/google-chrome',
    );
    expect(findProgram('chromium', { env, ...only() })).toBeNull();
  });

  it('says what to install', () => {
    expect(installWords('chromium')).toMatch(/apt-get install chromium.*CHROMIUM_BIN/);
  });
});
