// latchkey's routes, in one list.
import {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { LatchkeyError } from '../errors.ts';
import { asPartOf } from '../tracing/current-request.ts';
import { routePaths } from './site.ts';

/** The handler of each route. */
export interface RouteHandlers {
  readonly login: RequestHandler;
  readonly callback: RequestHandler;
  readonly logoutPage: RequestHandler;
  readonly logout: RequestHandler;
  /** Answers its own failures, in the form that the provider expects. */
  readonly backChannelLogout: RequestHandler;
  readonly frontChannelLogout: RequestHandler;
  /** Looks at the whole path by itself. */
  readonly wellKnown: RequestHandler;
  /** Sees the errors of login and logout before they are answered. */
  readonly reportFailure: ErrorRequestHandler;
  readonly onError: (error: unknown, req: Request, res: Response, next: NextFunction) => void;
}

/** The router to mount at the base path. */
export function createRouter(handlers: RouteHandlers): Router {
  const router = Router();
  // What stands behind it belongs to the request as well.
  router.use((req, _res, next) => asPartOf(req, () => next()));
  router.use(handlers.wellKnown);
  router.use(leaveUnlessOurs);
  router.all(routePaths.login, only('GET'), handlers.login);
  router.all(routePaths.callback, only('GET'), handlers.callback);
  router.get(routePaths.logout, handlers.logoutPage);
  router.post(routePaths.logout, handlers.logout);
  router.all(routePaths.logout, only('GET', 'HEAD', 'POST'));
  router.all(routePaths.backChannelLogout, handlers.backChannelLogout);
  router.all(routePaths.frontChannelLogout, only('GET'), handlers.frontChannelLogout);
  router.use([routePaths.login, routePaths.logout, routePaths.frontChannelLogout], handlers.reportFailure);
  router.use(handlers.onError);
  return router;
}

const ours: ReadonlySet<string> = new Set(Object.values(routePaths).map((path) => path.toLowerCase()));

/** Most requests are for the app's own pages: one look instead of one for each route. As lenient as Express is. */
function leaveUnlessOurs(req: Request, _res: Response, next: NextFunction): void {
  next(ours.has(req.path.toLowerCase().replace(/\/$/, '')) ? undefined : 'router');
}

/** Refuses other methods; HEAD too where it is not named, because Express would run the GET handler for it. */
function only(...methods: readonly string[]): RequestHandler {
  return (req, res, next) => {
    if (methods.includes(req.method)) return next();
    res.setHeader('Allow', methods.join(', '));
    next(new LatchkeyError('method_not_allowed'));
  };
}
