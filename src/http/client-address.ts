// The address a request comes from, as far as it is one.
import { isIP } from 'node:net';
import type { Request } from 'express';

/** The client's IP address; undefined where a trusted proxy handed on something else. */
export function clientAddress(req: Request): string | undefined {
  // Where no proxy names anybody there is nothing to take apart: Express would say the same.
  const isDirect = req.headers['x-forwarded-for'] === undefined;
  const address = isDirect ? req.socket.remoteAddress : req.ip;
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}
