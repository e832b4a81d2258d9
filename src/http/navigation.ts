// Tells a person opening a page from everything else that sends requests.
import type { IncomingMessage } from 'node:http';

/**
 * Whether the request is a browser opening a page at the top level. Fetch metadata decides where the browser
 * sends it; otherwise an Accept header that names text/html. A bare wildcard is not a page, and nothing that
 * says X-Requested-With is. Frames, images, prefetches and WebSocket handshakes are not navigations.
 */
export function isPageNavigation(req: IncomingMessage): boolean {
  const { headers } = req;
  if (headers['x-requested-with'] !== undefined || headers.upgrade !== undefined) return false;
  if (isPrefetch(req)) return false;
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined)
    return mode === 'navigate' && (headers['sec-fetch-dest'] ?? 'document') === 'document';
  return acceptsHtml(req);
}

/**
 * Whether a login may begin: only for somebody who opens a page. An image or a frame on another site must not be
 * able to start logins here. Browsers without fetch metadata cannot be told apart and are let through.
 */
export function mayStartLogin(req: IncomingMessage): boolean {
  const mode = req.headers['sec-fetch-mode'];
  const dest = req.headers['sec-fetch-dest'] ?? 'document';
  return !isPrefetch(req) && (mode === undefined || (mode === 'navigate' && dest === 'document'));
}

/** Whether Accept names text/html, that is: whether a page is a good answer. */
export function acceptsHtml(req: IncomingMessage): boolean {
  return /(?:^|[\s,])(?:text\/html|application\/xhtml\+xml)(?=[\s;,]|$)(?![^,]*;\s*q=0(?:\.0*)?\s*(?:,|;|$))/i.test(
    (req.headers.accept ?? '').slice(0, 1024),
  );
}

/** Whether a page (rather than JSON) is the right form of an error for this request. */
export function wantsPage(req: IncomingMessage): boolean {
  return isPageNavigation(req) || (req.headers['sec-fetch-mode'] === 'navigate' && acceptsHtml(req));
}

/** Whether the browser only looks ahead: nobody asked for the page yet. */
export function isPrefetch(req: IncomingMessage): boolean {
  const purpose = req.headers['sec-purpose'] ?? req.headers.purpose ?? req.headers['x-moz'];
  return typeof purpose === 'string' && /prefetch|prerender|preview/i.test(purpose);
}
