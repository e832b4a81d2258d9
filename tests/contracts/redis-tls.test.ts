// Redis over TLS, in its three forms: the authority by file, and nobody else's certificate is taken.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { createLifetimes } from '../../src/session/lifetimes.ts';
import { createCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.ts';
import { startSentinelRedis, type TestSentinel } from '../support/redis-sentinel.ts';
import { limits, sessionOf } from '../support/session-store-kinds.ts';

const lifetimes = createLifetimes({ ...limits, clock: () => Date.now() });
const server = createCertificate();
const stranger = createCertificate();
const other = createCertificate({ hosts: ['redis.example'] });
const folder = mkdtempSync(join(tmpdir(), 'latchkey-tls-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ca = file('ca.pem', server.cert);
const files = { 'cert.pem': server.cert, 'key.pem': server.key };
const certified = [
  '--tls-cert-file',
  'cert.pem',
  '--tls-key-file',
  'key.pem',
  '--tls-ca-cert-file',
  'cert.pem',
];

let port: number;
let single: TestRedis;
let named: TestRedis;
let namedPort: number;
beforeAll(async () => {
  [port, namedPort] = await Promise.all([freePort(), freePort()]);
  const lone = ['--tls-auth-clients', 'no', ...certified];
  single = await startRedis({ settings: ['--tls-port', String(port), ...lone], files });
  named = await startRedis({
    settings: ['--tls-port', String(namedPort), ...lone],
    files: { 'cert.pem': other.cert, 'key.pem': other.key },
  });
});
afterAll(async () => {
  await Promise.all([single.stop(), named.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Writes and reads a session, or says why not. */
const tryIt = async (url: string): Promise<string> => {
  const seen: string[] = [];
  const options = { commandTimeoutMs: 3000, onError: (error: Error) => void seen.push(String(error)) };
  const stores = redisSessions(url, options)(lifetimes);
  try {
    await stores.records.insert('a', sessionOf(Date.now()));
    return (await stores.records.read('a')) === null ? 'lost' : 'works';
  } catch (error) {
    expect(error).toMatchObject({ code: 'store_unavailable' });
    return seen.join();
  } finally {
    await stores.close();
  }
};

describe('rediss://', () => {
  it('works with the authority by file', async () => {
    expect(await tryIt(`rediss://localhost:${port}?ca_file=${ca}`)).toBe('works');
  });

  it('refuses a server whose certificate nobody trusted has made', async () => {
    await single.resetCommandCounts();
    expect(await tryIt(`rediss://localhost:${port}`)).toMatch(/self-signed|SELF_SIGNED/);
    const wrong = file('stranger.pem', stranger.cert);
    expect(await tryIt(`rediss://localhost:${port}?ca_file=${wrong}`)).toMatch(/self-signed|verify/);
    expect(await single.commandCounts()).toEqual({});
  });

  it('refuses a trusted certificate for another host, unless that name is the one to expect', async () => {
    const url = `rediss://localhost:${namedPort}?ca_file=${file('other.pem', other.cert)}`;
    expect(await tryIt(url)).toMatch(/altnames|ERR_TLS_CERT/);
    expect(await tryIt(`${url}&server_name=redis.example`)).toBe('works');
  });

  it('does not begin without the files that the URL names, and says so without the URL', () => {
    const make = () => redisSessions('rediss://:hunter2@localhost?ca_file=/not/there.pem');
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(/TLS file that cannot be read \(ENOENT\)/);
    expect(make).not.toThrow(/hunter2/);
  });

  it('says nothing in clear to a server without TLS', async () => {
    expect(await tryIt(`rediss://localhost:${single.port}?ca_file=${ca}`)).not.toBe('works');
  });
});

describe('rediss+sentinel:// and rediss+cluster://', () => {
  it('reach sentinels and master over TLS', async () => {
    const [sentinelTls, masterTls] = await Promise.all([freePort(), freePort()]);
    await using sentinel: TestSentinel = await startSentinelRedis({
      ...{ replicas: 0, sentinels: 1, downAfterMs: 60_000 },
      // The sentinel watches the plain port and names it, so that port has to be the TLS one for clients.
      announcedPort: masterTls,
      server: {
        settings: ['--tls-port', String(masterTls), '--tls-auth-clients', 'no', ...certified],
        files,
      },
      sentinelSettings: [
        `tls-port ${sentinelTls}`,
        'tls-auth-clients no',
        'tls-replication yes',
        ...[`tls-cert-file ${file('cert.pem', server.cert)}`, `tls-key-file ${file('key.pem', server.key)}`],
        `tls-ca-cert-file ${ca}`,
      ],
    });
    const url = sentinel.url
      .replace('redis+sentinel', 'rediss+sentinel')
      .replace(/127\.0\.0\.1:\d+/, `localhost:${sentinelTls}`);
    expect(await tryIt(`${url}&ca_file=${ca}`)).toBe('works');
    expect(await tryIt(url)).toMatch(/self-signed|SELF_SIGNED/);
  });

  it('reach every node over TLS', async () => {
    const tlsPort = await freePort();
    await using cluster: TestCluster = await startRedisCluster({
      masters: 1,
      settings: [
        '--tls-port',
        String(tlsPort),
        '--tls-auth-clients',
        'no',
        '--tls-cluster',
        'yes',
        ...certified,
      ],
      files,
    });
    expect(cluster.masters).toHaveLength(1);
    expect(await tryIt(`rediss+cluster://localhost:${tlsPort}?ca_file=${ca}`)).toBe('works');
    expect(await tryIt(`rediss+cluster://localhost:${tlsPort}`)).toMatch(/self-signed|SELF_SIGNED/);
  });
});
