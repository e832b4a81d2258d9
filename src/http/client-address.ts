// The address a request comes from, as far as it is one.
import { isIP } from 'node:net';
import type { Request } from 'express';

/** The client's IP address; undefined where a trusted proxy handed on something else. */
export function clientAddress(req: Request): string | undefined {
  return req.ip !== undefined && isIP(req.ip) !== 0 ? req.ip : undefined;
}
