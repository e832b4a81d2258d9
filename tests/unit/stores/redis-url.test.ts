// What a Redis URL says, in each of its forms, and everything that can be wrong with one.
import { describe, expect, it } from 'vitest';
import { readRedisUrl, redisUrlProblems } from '../../../src/stores/redis-url.ts';

const plain = { tls: null, login: {}, database: 0, masterName: '', sentinelLogin: {} };
const node = (host: string, port: number) => ({ host, port });

describe('a Redis URL that can be used', () => {
  it.each<[string, object]>([
    ['redis://localhost', { kind: 'single', nodes: [node('localhost', 6379)] }],
    ['redis://localhost/', { kind: 'single', nodes: [node('localhost', 6379)] }],
    ['redis://10.0.0.1:7000/3', { kind: 'single', nodes: [node('10.0.0.1', 7000)], database: 3 }],
    ['redis://[::1]:7000', { kind: 'single', nodes: [node('::1', 7000)] }],
    [
      'redis://app:p%40ss%2F%3A%25@redis-1.internal_net',
      {
        kind: 'single',
        nodes: [node('redis-1.internal_net', 6379)],
        login: { username: 'app', password: 'p@ss/:%' },
      },
    ],
    [
      'redis://:only:colons@h',
      { kind: 'single', nodes: [node('h', 6379)], login: { password: 'only:colons' } },
    ],
    ['rediss://h:1', { kind: 'single', nodes: [node('h', 1)], tls: {} }],
    [
      'rediss://h?ca_file=/etc/ssl/ca%20one.pem&server_name=redis.example',
      {
        kind: 'single',
        nodes: [node('h', 6379)],
        tls: { caFile: '/etc/ssl/ca one.pem', serverName: 'redis.example' },
      },
    ],
    [
      'rediss://h?cert_file=c&key_file=k',
      { kind: 'single', nodes: [node('h', 6379)], tls: { certFile: 'c', keyFile: 'k' } },
    ],
    [
      'redis+sentinel://a,b:1,[fd00::2]:26380/my%20master',
      {
        kind: 'sentinel',
        nodes: [node('a', 26_379), node('b', 1), node('fd00::2', 26_380)],
        masterName: 'my master',
      },
    ],
    [
      'redis+sentinel://u:data@a/m?db=2&sentinel_username=s&sentinel_password=a%2Bb+c%3D',
      {
        kind: 'sentinel',
        nodes: [node('a', 26_379)],
        login: { username: 'u', password: 'data' },
        masterName: 'm',
        database: 2,
        sentinelLogin: { username: 's', password: 'a+b+c=' },
      },
    ],
    ['rediss+sentinel://a/m', { kind: 'sentinel', nodes: [node('a', 26_379)], masterName: 'm', tls: {} }],
    [
      'redis+cluster://:pw@a:7000,b:7001/',
      { kind: 'cluster', nodes: [node('a', 7000), node('b', 7001)], login: { password: 'pw' } },
    ],
    ['rediss+cluster://a?ca_file=x', { kind: 'cluster', nodes: [node('a', 6379)], tls: { caFile: 'x' } }],
  ])('%s', (url, said) => {
    expect(readRedisUrl(url)).toEqual({ address: { ...plain, ...said }, problems: [] });
  });
});

describe('a Redis URL that cannot be used', () => {
  const secret = 'hunter-2';
  it.each<[string, readonly RegExp[]]>([
    ['', [/does not begin/]],
    ['localhost:6379', [/does not begin/]],
    [`http://:${secret}@localhost`, [/does not begin/]],
    [`redis+other://:${secret}@localhost`, [/does not begin/]],
    ['redis://', [/no host name/]],
    [`redis://:${secret}@`, [/no host name/]],
    [`redis://:${secret}@a b`, [/no host name/]],
    [`redis://:${secret}@::1`, [/no host name/]],
    [`redis://:${secret}@h:0`, [/port/]],
    [`redis://:${secret}@h:65536`, [/port/]],
    [`redis://:${secret}@h:port`, [/no host name/]],
    [`redis://${secret}@h`, [/user name without a password/]],
    [`redis://:${secret}%@h`, [/% that is not followed/]],
    [`redis://:a@${secret}@h`, [/special character/]],
    [`redis://:a/${secret}@h`, [/special character/]],
    [`redis://:a?${secret}@h`, [/special character/]],
    [`redis://:a#${secret}@h`, [/special character/]],
    [`redis://h/0#${secret}`, [/special character/]],
    ['redis://h/zero', [/database that is no number/]],
    ['redis://a,b', [/several hosts/]],
    [`redis://h?${secret}=1`, [/parameter that is not known/]],
    ['redis://h?ca_file=x', [/parameter that is not known/]],
    ['rediss://h?rejectUnauthorized=false', [/parameter that is not known/]],
    ['rediss://h?ca_file=a&ca_file=b', [/ca_file twice/]],
    ['rediss://h?ca_file=', [/ca_file without a value/]],
    ['rediss://h?cert_file=a', [/one of cert_file and key_file/]],
    ['redis+sentinel://a', [/which servers the sentinels/]],
    ['redis+sentinel://a/m?db=x', [/database that is no number/]],
    ['redis+sentinel://a,/m', [/no host name or address as 2 of its hosts/]],
    ['redis+cluster://a/1', [/a cluster has but one/]],
    ['redis+cluster://a?db=1', [/parameter that is not known/]],
    [
      `redis+sentinel://${secret}@a,:1,b:99999?nonsense=${secret}`,
      [/parameter/, /2 of its hosts/, /port .* 3 of its hosts/, /without a password/, /which servers/],
    ],
  ])('%s', (url, words) => {
    const problems = redisUrlProblems(url);
    expect(problems.map(({ problem }) => problem)).toEqual(words.map((each) => expect.stringMatching(each)));
    for (const { problem, mend } of problems) {
      expect(`${problem} ${mend}`).not.toContain(secret);
      expect(mend).not.toBe('');
    }
  });
});
