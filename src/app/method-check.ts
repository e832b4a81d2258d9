// Refuses the methods that nothing here answers to.
import type { NextFunction, Request, Response } from 'express';
import { LatchkeyError } from '../index.ts';

/** Pages are read with GET and HEAD and changed with POST; nothing here answers to anything else. */
export function refuseOddMethods(req: Request, res: Response, next: NextFunction): void {
  const known = ['GET', 'HEAD', 'POST'].includes(req.method);
  if (!known) res.setHeader('Allow', 'GET, HEAD, POST');
  if (known) next();
  else if (req.method === 'OPTIONS') res.status(204).end();
  else next(new LatchkeyError('method_not_allowed'));
}
