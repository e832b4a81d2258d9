// Turns the table of the JSON API into a router: method, guard, body, work, answer, in this order.
import { type Request, type Response, Router } from 'express';
import { LatchkeyError } from '../errors.ts';
import { noStore } from '../http/no-store.ts';
import type { Login, LoginRules } from './login-state.ts';
import { readBody } from './user-api-body.ts';
import type { Handler, OpenHandler } from './user-api-call.ts';
import { answerRefusals } from './user-api-failures.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** `temporary`: also who still has to change a password that an administrator chose. */
type Access = 'temporary' | 'person' | 'admin';

/** One route. */
export type UserApiRoute =
  | readonly [method: Method, path: string, access: Access, handler: Handler]
  | readonly [method: Method, path: string, access: 'everybody', handler: OpenHandler];

/** What a route of the table needs to know who calls it. */
export interface RouteGuard {
  readonly adminPermission: string;
  admit(
    req: Request,
    res: Response,
    rules: LoginRules & { readonly whileTemporary?: boolean },
  ): Promise<Login>;
}

export function routesFrom(table: readonly UserApiRoute[], prefix: string, guard: RouteGuard): Router {
  const router = Router();
  for (const [path, routes] of Map.groupBy(table, ([, path]) => path)) {
    router.all(path, async (req, res) => {
      const method = req.method === 'HEAD' ? 'GET' : req.method;
      const route = routes.find((one) => one[0] === method);
      if (route === undefined) return refuseMethod(req, res, routes);
      noStore(res);
      const answer = await answerOf(route, req, res, guard);
      res.json(answer);
    });
  }
  router.use(() => {
    throw new LatchkeyError('not_found');
  });
  router.use(answerRefusals);
  return Router().use(prefix, router);
}

/** The guard comes first: whoever may not call has not a byte of their body read. No route here takes an API key. */
async function answerOf(
  route: UserApiRoute,
  req: Request,
  res: Response,
  guard: RouteGuard,
): Promise<unknown> {
  if (route[2] === 'everybody') {
    await bodyOf(req, res);
    return route[3]({ req, res });
  }
  const [method, , access, handler] = route;
  const login = await guard.admit(req, res, {
    whileTemporary: access === 'temporary',
    ...(access === 'admin' ? { permission: guard.adminPermission } : {}),
  });
  if (method !== 'GET') await bodyOf(req, res);
  return handler({ req, res, login });
}

function bodyOf(req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    readBody(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}

function refuseMethod(req: Request, res: Response, routes: readonly UserApiRoute[]): void {
  const methods = routes.flatMap(([method]) => (method === 'GET' ? ['GET', 'HEAD'] : method));
  res.setHeader('Allow', methods.join(', '));
  if (req.method !== 'OPTIONS') throw new LatchkeyError('method_not_allowed');
  res.status(204).end();
}
