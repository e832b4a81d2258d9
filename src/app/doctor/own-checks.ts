// What the doctor says about things on this machine: the session secret, the data folder, and settings taken together.
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { randomToken } from '../../index.ts';
import type { Settings } from '../settings.ts';
import { makeSecret } from '../variables.ts';
import { type Check, fail, ok, summedUp, type Trouble, warn } from './check.ts';

/** Bits that a secret seems to have at the least: 16 random bytes in hex come to about 110. */
const leastBits = 100;

export function secretCheck(
  settings: Pick<Settings, 'sessionSecrets' | 'production'>,
  keptSecret: boolean,
): Check {
  const name = 'session_secret';
  const { sessionSecrets, production } = settings;
  if (sessionSecrets === null) {
    return ok(
      name,
      keptSecret
        ? 'It was made at the first start and is kept in DATA_DIR.'
        : 'The first start makes one and keeps it in DATA_DIR.',
    );
  }
  const weak = sessionSecrets.findIndex(isGuessable);
  if (weak === -1) {
    const others =
      sessionSecrets.length === 1
        ? ''
        : ` The ${sessionSecrets.length - 1} behind it still open what they sealed.`;
    return ok(name, `It is long enough and looks random.${others}`);
  }
  const which = sessionSecrets.length === 1 ? 'SESSION_SECRET' : `Secret ${weak + 1} of SESSION_SECRET`;
  return (production ? fail : warn)(
    name,
    `${which} can be guessed: it has words or a pattern in it. Who guesses it can sign in as anybody.`,
    `${makeSecret} Put it first in the list, and take the old one out when SESSION_ABSOLUTE_SECONDS have passed.`,
  );
}

function isGuessable(secret: string): boolean {
  if (/change.?(?:me|this)|secret|passw|example|your|latchkey|12345|qwert|abcdef/i.test(secret)) return true;
  const counts = new Map<string, number>();
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / secret.length);
  return bits < leastBits;
}

export function folderCheck(settings: Settings): Check {
  const name = 'data_folder';
  const { redisUrl, databaseUrl, sessionSecrets, issuer } = settings;
  const path = resolve(settings.dataDir);
  if (redisUrl !== null && databaseUrl !== null && sessionSecrets !== null && issuer !== null) {
    return ok(name, 'Nothing is kept in DATA_DIR: Redis, PostgreSQL and the environment have it all.');
  }
  const mend = `Make ${path} writable for who runs the app, or name another folder in DATA_DIR. Run the doctor as that account.`;
  if (!existsSync(path)) {
    let parent = dirname(path);
    while (!existsSync(parent)) parent = dirname(parent);
    return mayWrite(parent)
      ? ok(name, `${path} is not there yet, and the first start can make it.`)
      : fail(name, `${path} is not there and cannot be made.`, mend);
  }
  const probe = join(path, `doctor.${randomToken(6)}.tmp`);
  try {
    writeFileSync(probe, '', { mode: 0o600 });
    rmSync(probe);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    return fail(name, `${path} cannot be written to${code}.`, mend);
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    return warn(
      name,
      `${path} is writable, and other accounts of this machine may look into it.`,
      `Take their rights away: chmod 700 ${path}`,
    );
  }
  return ok(name, `${path} is writable, for its owner alone.`);
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function settingsCheck(settings: Settings): Check {
  const { baseUrl, trustProxy, redisUrl, databaseUrl, production, metricsPort, metricsHost } = settings;
  const isHttps = baseUrl.startsWith('https:');
  const troubles: Trouble[] = [];
  const add = (seen: string, mend: string) => troubles.push({ result: 'warn', seen, mend });
  if (redisUrl !== null && databaseUrl === null) {
    add(
      'REDIS_URL is set and DATABASE_URL is not: sessions are shared by all nodes, and people, keys and the audit trail are in a file of this one.',
      'With more than one node set DATABASE_URL.',
    );
  }
  if (isHttps && trustProxy === null) {
    add(
      'BASE_URL is https, the app itself speaks http, and TRUST_PROXY is not set: every request looks like plain http.',
      'Set TRUST_PROXY to the number of proxies in front, or to their subnets.',
    );
  }
  if (isHttps && !production) {
    add(
      'BASE_URL is https and NODE_ENV is not production, which leaves checks out.',
      'Set NODE_ENV=production.',
    );
  }
  if (metricsPort !== null && ['0.0.0.0', '::'].includes(metricsHost)) {
    add(
      `METRICS_PORT ${metricsPort} is open on every address of this machine, and asks for no password.`,
      'Let a firewall or the container network keep others out, or take METRICS_HOST away.',
    );
  }
  return summedUp('settings', troubles, 'Nothing in them contradicts.');
}
