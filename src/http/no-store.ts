// Keeps personal answers out of every cache.
import type { ServerResponse } from 'node:http';

/** Forbids storing the answer (RFC 9111 section 5.2.2.5) and says that it depends on the cookies. */
export function noStore(res: ServerResponse): void {
  res.setHeader('Cache-Control', 'no-store');
  const vary = res.getHeader('Vary');
  if (vary === undefined) res.setHeader('Vary', 'Cookie');
  else if (!/\bcookie\b/i.test(String(vary))) res.appendHeader('Vary', 'Cookie');
}
