// The ways a browser, a script or a tool asks for the same address, each with the headers it really sends.
import { type ReceivedAnswer, sendRequest } from './browser-request.ts';

export interface RequestKind {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Somebody opens a page: only this may be sent to log in. */
  readonly isNavigation: boolean;
  /** A page is the right form of an error. */
  readonly wantsPage: boolean;
}

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const fetchMetadata = (mode: string, dest: string, site = 'same-origin'): Record<string, string> => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
});

const kind = (
  name: string,
  headers: Readonly<Record<string, string>>,
  what: 'navigation' | 'page' | 'other' = 'other',
): RequestKind => ({
  name,
  headers,
  isNavigation: what === 'navigation',
  wantsPage: what !== 'other',
});

export const pageNavigation = kind(
  'page navigation',
  { accept: html, ...fetchMetadata('navigate', 'document', 'none') },
  'navigation',
);
export const scriptFetch = kind('fetch', { accept: '*/*', ...fetchMetadata('cors', 'empty') });

export const requestKinds: readonly RequestKind[] = [
  pageNavigation,
  kind('old browser with Accept alone', { accept: html }, 'navigation'),
  scriptFetch,
  kind('fetch that asks for JSON', { accept: 'application/json', ...fetchMetadata('cors', 'empty') }),
  kind('fetch that asks for HTML', { accept: html, ...fetchMetadata('cors', 'empty') }),
  kind('XMLHttpRequest of an old browser', { accept: html, 'x-requested-with': 'XMLHttpRequest' }),
  kind('image', { accept: 'image/avif,image/*,*/*;q=0.8', ...fetchMetadata('no-cors', 'image') }),
  kind('iframe', { accept: html, ...fetchMetadata('navigate', 'iframe') }, 'page'),
  kind(
    'prefetch',
    { accept: html, ...fetchMetadata('navigate', 'document', 'none'), 'sec-purpose': 'prefetch' },
    'page',
  ),
  kind('WebSocket handshake', {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...fetchMetadata('websocket', 'websocket'),
  }),
  kind('curl', { accept: '*/*' }),
  kind('tool without Accept', {}),
];

/** Sends it with exactly these headers: nothing is added, stored or followed. */
export const ask = (
  url: string,
  { headers }: RequestKind,
  more: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<ReceivedAnswer> =>
  sendRequest(
    { method, url, headers: { ...headers, ...more }, body: null },
    { behindProxy: {}, timeoutMs: 10_000 },
  );
