// One path, another guard for each method.
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { LatchkeyError } from '../errors.ts';

/** Guards of one method: run in the order given, each only when the one before has let the request pass. */
export type MethodGuard = RequestHandler | readonly RequestHandler[];

/** Guards by method. `head` follows `get` where it is not named. */
export interface MethodGuards {
  readonly get?: MethodGuard;
  readonly head?: MethodGuard;
  readonly post?: MethodGuard;
  readonly put?: MethodGuard;
  readonly patch?: MethodGuard;
  readonly delete?: MethodGuard;
  /** For every method that is not named. Without it they are refused with 405. */
  readonly otherwise?: MethodGuard;
}

/**
 * Guards by method, for one path or a whole router: `app.use('/notes', byMethod({ get: read, post: write }), notes)`.
 * A method that is not named is refused. OPTIONS is answered here with the methods there are and reaches no handler:
 * CORS stands before it.
 */
export function byMethod(guards: MethodGuards): RequestHandler {
  const { otherwise, ...named } = guards;
  const chains = new Map<string, RequestHandler>();
  for (const [method, guard] of Object.entries(named)) {
    if (guard !== undefined) chains.set(method.toUpperCase(), chainOf(guard));
  }
  const get = chains.get('GET');
  if (get !== undefined && !chains.has('HEAD')) chains.set('HEAD', get);
  const rest = otherwise === undefined ? undefined : chainOf(otherwise);
  const allow = [...chains.keys(), 'OPTIONS'].join(', ');

  return (req: Request, res: Response, next: NextFunction) => {
    if (req.method === 'OPTIONS') {
      if (rest === undefined) res.setHeader('Allow', allow);
      res.status(204).end();
      return;
    }
    const chain = chains.get(req.method) ?? rest;
    if (chain !== undefined) return chain(req, res, next);
    res.setHeader('Allow', allow);
    next(new LatchkeyError('method_not_allowed'));
  };
}

function chainOf(guard: MethodGuard): RequestHandler {
  const list = Array.isArray(guard) ? guard : [guard];
  return Router({ mergeParams: true }).use(...list);
}
