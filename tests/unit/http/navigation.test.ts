// Who opens a page, and who only fetches, embeds or looks ahead.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { acceptsHtml, isPageNavigation, isPrefetch, wantsPage } from '../../../src/http/navigation.ts';

const request = (headers: Record<string, string>): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), { headers });
const page = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const navigate = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('a person opening a page', () => {
  it.each<[string, Record<string, string>]>([
    ['a browser that says so', { ...page, ...navigate }],
    ['a browser that says so and accepts anything', { accept: '*/*', ...navigate }],
    ['a browser that leaves out the destination', { ...page, 'sec-fetch-mode': 'navigate' }],
    ['an old browser', page],
    ['an old browser of few words', { accept: 'text/html' }],
    ['an old browser with spaces and capitals', { accept: 'image/png , TEXT/HTML;q=0.5' }],
  ])('%s', (_who, headers) => {
    expect(isPageNavigation(request(headers))).toBe(true);
    expect(wantsPage(request(headers))).toBe(true);
  });
});

describe('nobody opening a page', () => {
  it.each<[string, Record<string, string>]>([
    ['no header at all', {}],
    ['a wildcard', { accept: '*/*' }],
    ['JSON', { accept: 'application/json' }],
    ['HTML refused by name', { accept: 'text/html;q=0, */*' }],
    ['HTML refused in decimals', { accept: 'text/html; q=0.000' }],
    ['a type that only begins like HTML', { accept: 'text/html-sandboxed-not' }],
    ['a fetch', { ...page, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['an image', { ...page, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { ...page, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['an embedded object', { ...page, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }],
    ['a prefetch', { ...page, ...navigate, 'sec-purpose': 'prefetch' }],
    ['a prerender', { ...page, ...navigate, 'sec-purpose': 'prefetch;prerender' }],
    ['an old prefetch', { ...page, purpose: 'prefetch' }],
    ['an older prefetch', { ...page, 'x-moz': 'prefetch' }],
    ['XMLHttpRequest by its own word', { ...page, ...navigate, 'x-requested-with': 'XMLHttpRequest' }],
    ['a WebSocket', { ...page, upgrade: 'websocket', 'sec-fetch-mode': 'websocket' }],
  ])('%s', (_who, headers) => {
    expect(isPageNavigation(request(headers))).toBe(false);
  });

  it('shows a page all the same inside a frame, where a person would look at JSON otherwise', () => {
    expect(wantsPage(request({ ...page, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }))).toBe(
      true,
    );
    expect(wantsPage(request({ accept: '*/*', 'sec-fetch-mode': 'cors' }))).toBe(false);
  });
});

it('knows looking ahead from opening', () => {
  expect(isPrefetch(request({ 'sec-purpose': 'prefetch' }))).toBe(true);
  expect(isPrefetch(request({ purpose: 'signing in' }))).toBe(false);
});

it('reads a hostile Accept header in no time', () => {
  const hostile = ['text/html;'.repeat(1600), ', '.repeat(8000), `text/html${' '.repeat(15_000)};q=0`];
  const startedAt = performance.now();
  for (const accept of hostile) acceptsHtml(request({ accept }));
  expect(performance.now() - startedAt).toBeLessThan(50);
});
