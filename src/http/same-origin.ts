// The proof that a request which changes something was sent by one of our own pages.
import type { IncomingMessage } from 'node:http';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the method changes nothing by definition (RFC 9110 section 9.2.1). TRACE is refused elsewhere. */
export function isSafeMethod(method: string | undefined): boolean {
  return method !== undefined && safeMethods.has(method);
}

/**
 * Whether the request proves its origin: `Sec-Fetch-Site: same-origin`, or where a browser does not send that
 * header an `Origin` equal to the base URL's. Neither header means no proof.
 */
export function hasSameOriginProof(req: IncomingMessage, baseUrl: URL): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return req.headers.origin === baseUrl.origin;
}
