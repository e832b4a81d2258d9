// What the doctor says about this machine: secrets that can be guessed, folders, settings taken together, and silence.
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hideSecrets } from '../../../src/app/doctor/hide-secrets.ts';
import { folderCheck, secretCheck, settingsCheck } from '../../../src/app/doctor/own-checks.ts';
import { databaseCheck } from '../../../src/app/doctor/store-checks.ts';
import { settingsFrom } from '../../../src/app/settings.ts';
import type { Environment } from '../../../src/app/variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const settings = (environment: Environment = {}) => settingsFrom({ DATA_DIR: folder, ...environment });

it.each([
  ['change-me-change-me-change-me-change-me', 'fail'],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'fail'],
  ['0101010101010101010101010101010101010101', 'fail'],
  ['f3a91c07be5d2846f3a91c07be5d2846', 'ok'],
  ['pW3vN8xq/2LdR7+mZk5TyB1cJ9sGhF4oUeXa6iQw', 'ok'],
])('the session secret %s', (secret, result) => {
  const check = secretCheck({ sessionSecrets: [secret], production: true }, false);
  expect(check.result).toBe(result);
  expect(check.seen + check.mend).not.toContain(secret);
  if (result === 'fail') expect(check.mend).toMatch(/openssl rand/);
});

it('a guessable secret is a warning in development, and an old one behind a good one is named by its place', () => {
  const good = 'pW3vN8xq/2LdR7+mZk5TyB1cJ9sGhF4oUeXa6iQw';
  const check = secretCheck({ sessionSecrets: [good, 'secret'.repeat(6)], production: false }, false);
  expect(check).toMatchObject({ result: 'warn', seen: expect.stringMatching(/^Secret 2 of SESSION_SECRET/) });
});

it('the data folder is writable, for its owner alone, and nothing is left in it', () => {
  expect(folderCheck(settings()).result).toBe('ok');
  chmodSync(folder, 0o755);
  expect(folderCheck(settings())).toMatchObject({ result: 'warn', mend: expect.stringMatching(/chmod 700/) });
  chmodSync(folder, 0o700);
  expect(folderCheck(settings({ DATA_DIR: join(folder, 'a', 'b') })).seen).toMatch(
    /the first start can make it/,
  );
  writeFileSync(join(folder, 'file'), '');
  expect(folderCheck(settings({ DATA_DIR: join(folder, 'file') }))).toMatchObject({ result: 'fail' });
  expect(readdirSync(folder)).toEqual(['file']);
});

it('settings that do not go together are named', () => {
  const check = settingsCheck(settings({ REDIS_URL: 'redis://r', BASE_URL: 'https://app.example' }));
  expect(check.result).toBe('warn');
  expect(check.seen).toMatch(/REDIS_URL is set and DATABASE_URL is not.*TRUST_PROXY is not set.*NODE_ENV/);
  expect(check.mend).toMatch(/set DATABASE_URL/);
  expect(settingsCheck(settings()).result).toBe('ok');
  const open = settingsCheck(settings({ METRICS_PORT: 9464, METRICS_HOST: '0.0.0.0' }));
  expect(open).toMatchObject({ result: 'warn', mend: expect.stringMatching(/take METRICS_HOST away/) });
  expect(settingsCheck(settings({ METRICS_PORT: 9464 })).result).toBe('ok');
});

it('passwords in addresses are taken out of what is printed, as written and as meant', () => {
  const hide = hideSecrets(
    settings({
      REDIS_URL: 'redis+sentinel://u:p%40ss-one@h/m?sentinel_password=second-word',
      DATABASE_URL: 'postgres://u:third%2Fword@h/d',
      OIDC_CLIENT_SECRET: 'fourth-word',
    }),
    ['fifth-word', null],
  );
  const said = 'p%40ss-one p@ss-one second-word third/word third%2Fword fourth-word fifth-word stays';
  expect(hide(said)).toBe(`${'[redacted] '.repeat(7)}stays`);
});

const good = {
  kind: 'good',
  database: 'postgres',
  version: '17',
  schema: 1,
  newest: 1,
  readOnly: false,
  latencyMs: 1,
} as const;
it.each([
  [good, 'ok', /current \(version 1\)/, null],
  [{ ...good, readOnly: true }, 'fail', /takes no changes/, /replica/],
  [{ ...good, schema: 3 }, 'fail', /does not start/, /newer version/],
  [{ ...good, schema: 1, newest: 2 }, 'warn', /this latchkey needs 2/, /Back it up/],
  [
    { kind: 'failed', detail: 'no', code: '28P01' } as const,
    'fail',
    /cannot be used/,
    /user name and password/,
  ],
] as const)('a database that is %o', (found, result, seen, mend) => {
  const check = databaseCheck(found, false);
  expect(check).toMatchObject({ result, seen: expect.stringMatching(seen) });
  if (mend !== null) expect(check.mend).toMatch(mend);
});
