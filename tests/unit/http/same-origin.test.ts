// The proof that one of our own pages sent a request which changes something.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hasSameOriginProof, isSafeMethod } from '../../../src/http/same-origin.ts';

const proves = (headers: Record<string, string>, base = 'https://app.example/prefix'): boolean =>
  hasSameOriginProof(Object.assign(new IncomingMessage(new Socket()), { headers }), new URL(base));

describe('a proof', () => {
  it.each<[string, Record<string, string>]>([
    ['Sec-Fetch-Site same-origin', { 'sec-fetch-site': 'same-origin' }],
    ['Sec-Fetch-Site alone decides', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['our origin where the browser sends no Sec-Fetch-Site', { origin: 'https://app.example' }],
  ])('%s', (_what, headers) => {
    expect(proves(headers)).toBe(true);
  });
});

describe('no proof', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['cross-site with our origin', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['typed by the person', { 'sec-fetch-site': 'none' }],
    ['an empty Sec-Fetch-Site with our origin', { 'sec-fetch-site': '', origin: 'https://app.example' }],
    ['another spelling', { 'sec-fetch-site': 'Same-Origin' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['the origin null', { origin: 'null' }],
    ['our host on http', { origin: 'http://app.example' }],
    ['our host on another port', { origin: 'https://app.example:8443' }],
    ['a host that begins like ours', { origin: 'https://app.example.evil.example' }],
    ['a host that ends like ours', { origin: 'https://evilapp.example' }],
    ['our origin with a slash', { origin: 'https://app.example/' }],
    ['our origin twice', { origin: 'https://app.example, https://app.example' }],
    ['only a Referer of ours', { referer: 'https://app.example/page' }],
  ])('%s', (_what, headers) => {
    expect(proves(headers)).toBe(false);
  });
});

it.each([
  ...(['GET', 'HEAD', 'OPTIONS'] as const).map((method) => [method, true] as const),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'get', '', undefined].map(
    (method) => [method, false] as const,
  ),
])('%s changes nothing: %s', (method, safe) => {
  expect(isSafeMethod(method)).toBe(safe);
});
