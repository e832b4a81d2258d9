// What the app makes of its variables.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../../src/app/data-folder.ts';
import { readEnvironment } from '../../../src/app/env.ts';
import { settingsFrom } from '../../../src/app/settings.ts';

const settings = (source: Record<string, string> = {}) => settingsFrom(readEnvironment(source));
const outside = { OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('settings', () => {
  it('the base URL follows the port unless it is set', () => {
    expect(settings({ PORT: '4000' }).baseUrl).toBe('http://localhost:4000');
    expect(settings({ PORT: '4000', BASE_URL: 'https://a.example/p' }).baseUrl).toBe('https://a.example/p');
  });

  it('the issuer is taken byte for byte', () => {
    const issuer = 'https://login.example.com/Tenant/';
    expect(settings({ ...outside, OIDC_ISSUER: issuer }).issuer).toBe(issuer);
  });

  it('the scope of the example page is asked of the local provider alone', () => {
    expect(settings().auth.scope).toBe('openid profile email offline_access reports');
    expect(settings(outside).auth).not.toHaveProperty('scope');
    expect(settings({ ...outside, OIDC_SCOPE: 'openid x' }).auth.scope).toBe('openid x');
  });

  it.each([
    [{}, 'info'],
    [{ LOG_LEVEL: 'warn' }, 'warn'],
    [{ LATCHKEY_DEBUG: 'on' }, 'debug'],
    [{ LATCHKEY_DEBUG: 'off', LOG_LEVEL: 'error' }, 'error'],
  ])('%j logs at %s', (source: Record<string, string>, level) => {
    expect(settings(source).logLevel).toBe(level);
  });

  it('silent sign-in is off unless it is switched on', () => {
    expect(settings().silentSignIn).toBe(false);
    expect(settings({ SILENT_SIGN_IN: 'off' }).silentSignIn).toBe(false);
    expect(settings({ SILENT_SIGN_IN: 'on' }).silentSignIn).toBe(true);
    expect(() => settings({ SILENT_SIGN_IN: 'yes' })).toThrow(/SILENT_SIGN_IN: is not one of on, off/);
  });

  it('what is not set is left to the library', () => {
    expect(settings(outside).auth).toEqual({
      protectedResource: { scopes: ['reports'] },
      dangerouslyAllowInsecureHttp: true,
    });
  });

  it('the limit of sessions goes to the library', () => {
    expect(settings({ ...outside, SESSION_LIMIT: '3' }).auth.sessionLimit).toBe(3);
  });

  it('the client’s key is read from its file', () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, 'the key');
    const source = { ...outside, OIDC_CLIENT_AUTH: 'private_key_jwt', OIDC_CLIENT_KEY_FILE: file };
    expect(settings(source).auth.clientKey).toBe('the key');
  });
});

describe('the data folder', () => {
  it('keeps what it made, for its owner alone', async () => {
    const path = join(folder, 'data');
    const made = await openDataFolder(path).keep('secret', () => 'one');
    expect(made).toBe('one');
    expect(await openDataFolder(path).keep('secret', () => 'two')).toBe('one');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'secret.json')).mode & 0o777).toBe(0o600);
  });

  it('does not replace what it cannot read', async () => {
    const data = openDataFolder(join(folder, 'broken'));
    writeFileSync(data.file('secret.json'), '{"half');
    await expect(data.keep('secret', () => 'new')).rejects.toThrow(
      /DATA_DIR: holds a damaged file: .*secret\.json/,
    );
  });
});
