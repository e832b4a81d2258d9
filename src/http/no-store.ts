// Keeps personal answers out of every cache.
import type { ServerResponse } from 'node:http';

/**
 * Forbids storing the answer (RFC 9111 section 5.2.2.5) and says that it depends on the cookies. Conditions of the
 * request are dropped: Express answers even `If-None-Match: *` with 304, and nothing personal may count as unchanged.
 */
export function noStore(res: ServerResponse): void {
  const { headers } = res.req;
  // Taking away what is not there would make every later look at the headers slow.
  if (headers['if-none-match'] !== undefined) delete headers['if-none-match'];
  if (headers['if-modified-since'] !== undefined) delete headers['if-modified-since'];
  res.setHeader('Cache-Control', 'no-store');
  const vary = res.getHeader('Vary');
  if (vary === undefined) res.setHeader('Vary', 'Cookie');
  else if (!/\bcookie\b/i.test(String(vary))) res.appendHeader('Vary', 'Cookie');
}
