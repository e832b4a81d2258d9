// WB-07 and WB-15 through a real nginx with the configuration that is shipped: lies about the host, and odd HTTP.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NginxSite, startNginxSite } from '../support/nginx-site.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let site: NginxSite;
beforeAll(async () => {
  provider = await startScriptedProvider();
  site = await startNginxSite({ provider });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await provider.close();
});

const asPage = 'Accept: text/html';

describe('an attacker who controls headers about the host, through nginx', () => {
  it.each([
    ['WB-07a', 'Host', 'GET', ['Host: evil.example']],
    ['WB-07a', 'the host in the request line', 'GET https://evil.example', ['Host: localhost']],
    ['WB-07b', 'X-Forwarded-Host', 'GET', ['Host: localhost', 'X-Forwarded-Host: evil.example']],
    ['WB-07b', 'Forwarded', 'GET', ['Host: localhost', 'Forwarded: host=evil.example']],
    ['WB-07b', 'X-Forwarded-Prefix', 'GET', ['Host: localhost', 'X-Forwarded-Prefix: /evil.example']],
    ['WB-07c', 'X-Original-URL', 'GET', ['Host: localhost', 'X-Original-URL: /evil.example']],
    ['WB-07c', 'X-Rewrite-URL', 'GET', ['Host: localhost', 'X-Rewrite-URL: /evil.example']],
  ])('%s: cannot bring %s into a page, redirect or cookie', async (_id, _what, start, headers) => {
    const separator = start === 'GET' ? ' ' : '';
    for (const path of [
      '/',
      '/login',
      '/protected',
      '/logout',
      '/missing',
      '/api/me',
      '/auth-callback?x=1',
    ]) {
      const answer = await site.secure([`${start}${separator}${path} HTTP/1.1`, ...headers, asPage]);
      expect(JSON.stringify(answer)).not.toContain('evil.example');
      if (path === '/login') {
        const target = new URL(answer.header('location') ?? '');
        expect(target.origin).toBe(provider.origin);
        expect(target.searchParams.get('redirect_uri')).toBe(`${site.origin}/auth-callback`);
      }
    }
  });

  it('WB-07c: cannot reach another route by a header', async () => {
    const answer = await site.secure([
      'GET / HTTP/1.1',
      'Host: localhost',
      'X-Original-URL: /profile',
      asPage,
    ]);
    expect(answer.status).toBe(200);
  });
});

describe('odd HTTP through nginx', () => {
  const smuggled = '0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  it.each([
    ['WB-15a', 'TRACE', ['TRACE / HTTP/1.1', 'Host: localhost', 'X-Secret: echo-me'], [405]],
    ['WB-15a', 'CONNECT', ['CONNECT / HTTP/1.1', 'Host: localhost', 'X-Secret: echo-me'], [400, 405]],
    ['WB-15b', 'two hosts', ['GET / HTTP/1.1', 'Host: localhost', 'Host: evil.example'], [400]],
    ['WB-15b', 'no host', ['GET / HTTP/1.1'], [400]],
    [
      'WB-15c',
      'both lengths',
      ['POST /logout HTTP/1.1', 'Host: localhost', 'Content-Length: 4', 'Transfer-Encoding: chunked'],
      [400],
    ],
    [
      'WB-15c',
      'two lengths',
      ['POST /logout HTTP/1.1', 'Host: localhost', 'Content-Length: 4', 'Content-Length: 5'],
      [400],
    ],
    [
      'WB-15c',
      'a strange coding',
      ['POST /logout HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: xchunked'],
      [400, 501],
    ],
  ])('%s: %s is refused with one answer', async (_id, _what, lines, statuses) => {
    const answer = await site.secure(lines, lines[0]?.startsWith('POST') ? smuggled : '');
    expect(statuses).toContain(answer.status);
    expect(JSON.stringify(answer)).not.toMatch(/echo-me|evil\.example/);
  });
});
