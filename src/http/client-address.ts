// The address a request comes from, as far as it is one.
import { isIP } from 'node:net';
import type { Request } from 'express';

/** The client's IP address; undefined where a trusted proxy handed on something else. */
export function clientAddress(req: Request): string | undefined {
  // Express's word counts, also where an app has put its own in the place of it.
  const { ip } = req;
  return ip !== undefined && isIP(ip) !== 0 ? ip : undefined;
}
