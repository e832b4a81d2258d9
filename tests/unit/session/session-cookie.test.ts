// The session id in the signed cookie, in express-session's own format, read without express-session.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { sign } from 'cookie-signature';
import { describe, expect, it } from 'vitest';
import { createCookiePolicy } from '../../../src/http/cookies.ts';
import { readSessionId, storeIdOf } from '../../../src/session/session-cookie.ts';

const policy = createCookiePolicy(new URL('http://localhost'));
const [newer, older] = ['the newer secret', 'the older secret'];
const signed = (id: string, secret = newer) => encodeURIComponent(`s:${sign(id, secret)}`);
const idFrom = (...values: string[]): string | null => {
  const cookie = values.map((value) => `latchkey.sid=${value}`).join('; ');
  const req = Object.assign(new IncomingMessage(new Socket()), { headers: { cookie } });
  return readSessionId(req, policy, [newer, older]);
};

describe('a session id', () => {
  it('is taken when any of the secrets signed it', () => {
    expect(idFrom(signed('ada'))).toBe('ada');
    expect(idFrom(signed('ada', older))).toBe('ada');
  });

  it('is remembered for the same cookie under the same secrets, and for nothing else', () => {
    const [ours, others] = [[newer], [older]];
    const read = (value: string, secrets: readonly string[]) => {
      const headers = { cookie: `latchkey.sid=${value}` };
      return readSessionId(Object.assign(new IncomingMessage(new Socket()), { headers }), policy, secrets);
    };
    for (let time = 0; time < 2; time += 1) {
      expect(read(signed('ada'), ours)).toBe('ada');
      expect(read(signed('ada'), others)).toBeNull();
      expect(read(signed('ada', older), ours)).toBeNull();
      expect(read(signed('ada').replace('ada', 'eve'), ours)).toBeNull();
    }
  });

  it('is taken unencoded too, as other software writes it', () => {
    expect(idFrom(`s:${sign('ada', newer)}`)).toBe('ada');
  });

  it.each([
    ['nothing', ''],
    ['no signature', 's:ada'],
    ['an empty signature', 's:ada.'],
    ['another signature', `s:ada.${sign('eve', newer).slice(4)}`],
    ['a strange secret', signed('ada', 'a strange secret')],
    ['no prefix', sign('ada', newer)],
    ['an empty id, well signed', signed('')],
    ['broken encoding', '%zz'],
    ['half a character', 's%3Aada%E0'],
    ['a signature with something behind it', `${signed('ada')}x`],
  ])('is not taken from %s', (_what, value) => {
    expect(idFrom(value)).toBeNull();
  });

  it('is found behind and before forged ones', () => {
    expect(idFrom('forged', signed('ada'))).toBe('ada');
    expect(idFrom(signed('ada'), 's:ada.forged')).toBe('ada');
    expect(idFrom(signed('ada'), signed('ada'))).toBe('ada');
  });

  it('is nobody’s when two good ones stand side by side: one of them was planted', () => {
    expect(idFrom(signed('ada'), signed('eve'))).toBeNull();
    expect(idFrom(signed('eve'), signed('ada', older))).toBeNull();
  });
});

it('is known to the store by a digest, which gives no cookie away', () => {
  expect(storeIdOf('ada')).toMatch(/^[\w-]{43}$/);
  expect(storeIdOf('ada')).not.toBe(storeIdOf('eve'));
});
