// Which header decides, and what has the form of a credential.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { longestCredential, readCredential } from '../../../src/tokens/read-credential.ts';

const request = (headers: Record<string, string | readonly string[]>, url = '/'): IncomingMessage => {
  const message = new IncomingMessage(new Socket());
  message.url = url;
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) {
      message.headersDistinct[name] = [...(message.headersDistinct[name] ?? []), value];
    }
    message.headers[name] = [values].flat()[0] ?? '';
  }
  return message;
};
const read = (headers: Record<string, string | readonly string[]>, url?: string, apiKeys = true) =>
  readCredential(request(headers, url), { scheme: 'Bearer', apiKeys });
const kindOf = (headers: Record<string, string | readonly string[]>, url?: string, apiKeys = true) =>
  read(headers, url, apiKeys).kind;

describe('the header that decides', () => {
  it('is Authorization, good or bad, and x-api-key only without it', () => {
    expect(read({ authorization: 'Bearer a', 'x-api-key': 'b' })).toEqual({ kind: 'token', value: 'a' });
    expect(read({ authorization: 'Basic a', 'x-api-key': 'b' })).toEqual({ kind: 'malformed' });
    expect(read({ authorization: '', 'x-api-key': 'b' })).toEqual({ kind: 'malformed' });
    expect(read({ 'x-api-key': 'b' })).toEqual({ kind: 'x_api_key', value: 'b' });
    expect(read({ 'x-api-key': 'b' }, '/', false)).toEqual({ kind: 'absent' });
    expect(read({})).toEqual({ kind: 'absent' });
  });

  it('holds an API key under the scheme Token, seen also where none is taken', () => {
    expect(read({ authorization: 'token abc' })).toEqual({ kind: 'api_key', value: 'abc' });
    expect(read({ authorization: 'Token abc' }, '/', false)).toEqual({ kind: 'api_key', value: 'abc' });
  });

  it('may not come twice', () => {
    expect(kindOf({ authorization: ['Bearer a', 'Bearer a'] })).toBe('ambiguous');
    expect(kindOf({ 'x-api-key': ['a', 'b'] })).toBe('ambiguous');
  });
});

describe('the form of a credential', () => {
  it.each(['a', 'a.b-c_d~e+f/g==', 'A'.repeat(longestCredential)])('takes token68: %.20s', (value) => {
    expect(kindOf({ authorization: `Bearer ${value}` })).toBe('token');
    expect(kindOf({ 'x-api-key': value })).toBe('x_api_key');
  });

  it.each(['', ' ', 'a b', '=', 'a=b', 'a,b', '"a"', 'a%20b', 'a\u00e4', 'A'.repeat(longestCredential + 1)])(
    'refuses all else: %.20s',
    (value) => {
      expect(kindOf({ authorization: `Bearer ${value}` })).toBe('malformed');
      expect(kindOf({ 'x-api-key': value })).toBe('malformed');
    },
  );

  it('costs nothing to tell, however long it is', () => {
    const startedAt = performance.now();
    for (const value of [' '.repeat(1e6), `${'a '.repeat(5e5)}`, `${'='.repeat(1e6)}x`]) {
      expect(kindOf({ authorization: `Bearer ${value}` })).toBe('malformed');
      expect(kindOf({ 'x-api-key': value })).toBe('malformed');
    }
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('a token beside the one in the header', () => {
  it.each(['/?access_token=b', '/?a=1&access_token=', '/?access%5Ftoken=b'])(
    'makes it ambiguous: %s',
    (url) => {
      expect(kindOf({ authorization: 'Bearer a' }, url)).toBe('ambiguous');
    },
  );

  it.each(['/', '/?token=b', '/?Access_Token=b', '/access_token=b', '/?%'])('is none: %s', (url) => {
    expect(kindOf({ authorization: 'Bearer a' }, url)).toBe('token');
  });
});
