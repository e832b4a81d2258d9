// Refuses requests that nothing here answers to: other methods, and more than one Host.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { LatchkeyError } from '../index.ts';

const usual: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * Pages are read with GET and HEAD and changed with POST; nothing here answers to anything else.
 * @param deletable - the path below which things are taken away with DELETE
 */
export function refuseOddMethods(deletable?: string): RequestHandler {
  return (req, res, next) => {
    if (usual.has(req.method)) return next();
    const takesDelete = deletable !== undefined && `${req.path}/`.startsWith(`${deletable}/`);
    const methods = [...usual, ...(takesDelete ? ['DELETE'] : [])];
    const known = methods.includes(req.method);
    if (!known) res.setHeader('Allow', methods.join(', '));
    if (known) next();
    else if (req.method === 'OPTIONS') res.status(204).end();
    else next(new LatchkeyError('method_not_allowed'));
  };
}

/** Two Host headers mean that somebody on the way reads another one than we do (RFC 9112 section 3.2). */
export function refuseTwoHosts(req: Request, _res: Response, next: NextFunction): void {
  next(timesSent(req, 'host') > 1 ? new LatchkeyError('request_malformed') : undefined);
}

/** How often a header was sent; Node's own reading keeps the first. */
function timesSent({ rawHeaders }: Request, wanted: string): number {
  let times = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === wanted.length && name.toLowerCase() === wanted) times += 1;
  }
  return times;
}

/** Refuses what came this far: an address that takes these methods alone. */
export function only(methods: string): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Allow', methods);
    next(new LatchkeyError('method_not_allowed'));
  };
}
