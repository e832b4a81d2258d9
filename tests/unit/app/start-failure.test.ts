// What somebody reads when the app does not start: a sentence that names the setting, and the right exit status.
import { describe, expect, it } from 'vitest';
import { startFailure } from '../../../src/app/start-failure.ts';
import { ConfigurationError } from '../../../src/index.ts';

const systemError = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('a start that fails', () => {
  it('names the variable where the library names its option', () => {
    const problem = { name: 'clientKey', problem: 'is not a private key.', mend: 'Give a PEM.' };
    const { words, status } = startFailure(new ConfigurationError([problem]));
    expect(words).toContain('OIDC_CLIENT_KEY_FILE: is not a private key.');
    expect(status).toBe(78);
  });

  it.each([
    ['EADDRINUSE', 'set PORT'],
    ['EADDRNOTAVAIL', 'HOST'],
    ['EACCES', 'DATA_DIR'],
    ['ERR_SQLITE_ERROR', 'DATA_DIR'],
  ])('%s ends with a hint and without a stack', (code, hint) => {
    const { words, status } = startFailure(systemError(code, 'it did not work'));
    expect(words).toContain('it did not work');
    expect(words).toContain(hint);
    expect(words).not.toContain('    at ');
    expect(status).toBe(1);
  });

  it('says something for whatever was thrown', () => {
    expect(startFailure('nothing')).toEqual({ words: 'latchkey cannot start: nothing.', status: 1 });
  });
});
