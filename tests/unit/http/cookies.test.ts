// Cookie names, flags and reading: what a browser is told, and what is made of what it sends.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  clearCookie,
  cookieValues,
  createCookiePolicy,
  readCookies,
  setCookie,
} from '../../../src/http/cookies.ts';

const https = createCookiePolicy(new URL('https://app.example/prefix'));
const http = createCookiePolicy(new URL('http://localhost:3000'));

const requestWith = (cookie?: string): IncomingMessage => {
  const req = new IncomingMessage(new Socket());
  if (cookie !== undefined) req.headers.cookie = cookie;
  return req;
};
const setCookiesBy = (write: (res: ServerResponse) => void): unknown => {
  const res = new ServerResponse(requestWith());
  write(res);
  return res.getHeader('set-cookie');
};

describe('names and flags', () => {
  it('has the __Host- prefix on https, where a sibling host must not plant a cookie', () => {
    expect(https).toEqual({
      secure: true,
      sessionName: '__Host-latchkey.sid',
      tokenName: '__Host-latchkey.token',
      transactionPrefix: '__Host-latchkey.tx.',
      roundsName: '__Host-latchkey.rounds',
      silentName: '__Host-latchkey.silent',
    });
    expect(http).toEqual({
      secure: false,
      sessionName: 'latchkey.sid',
      tokenName: 'latchkey.token',
      transactionPrefix: 'latchkey.tx.',
      roundsName: 'latchkey.rounds',
      silentName: 'latchkey.silent',
    });
  });

  it('writes every flag, and Path=/ even where the site is below a path', () => {
    expect(setCookiesBy((res) => setCookie(res, https, 'a', 'v-_.~', 60))).toBe(
      'a=v-_.~; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(setCookiesBy((res) => setCookie(res, http, 'a', 'v'))).toBe('a=v; Path=/; HttpOnly; SameSite=Lax');
  });

  it('clears with the same flags, or a browser keeps the cookie', () => {
    expect(setCookiesBy((res) => clearCookie(res, https, 'a'))).toBe(
      'a=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it('adds to cookies that are already set', () => {
    const lines = setCookiesBy((res) => {
      res.setHeader('Set-Cookie', 'theirs=1');
      setCookie(res, http, 'ours', '2');
    });
    expect(lines).toEqual(['theirs=1', 'ours=2; Path=/; HttpOnly; SameSite=Lax']);
  });
});

describe('reading', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1; b=2;c=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    [
      'a=1; a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'a=x=y==; b="q"',
      [
        ['a', 'x=y=='],
        ['b', '"q"'],
      ],
    ],
    ['junk; ; a=1', [['a', '1']]],
    ['a=%zz', [['a', '%zz']]],
    [
      '__proto__=1; constructor=2',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
  ])('%j', (header, pairs) => {
    expect(readCookies(requestWith(header))).toEqual(pairs);
  });

  it('gives all values of a name in order, and none of a name that only looks alike', () => {
    const req = requestWith('a=1; A=2; a.0=3; a=4; aa=5');
    expect(cookieValues(req, 'a')).toEqual(['1', '4']);
  });
});
