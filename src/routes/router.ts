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

/** What to mount at the base path. */
export function createRouter(handlers: RouteHandlers): RequestHandler {
  const router = Router();
  router.all(routePaths.login, only('GET'), handlers.login);
  router.all(routePaths.callback, only('GET'), handlers.callback);
  router.get(routePaths.logout, handlers.logoutPage);
  router.post(routePaths.logout, handlers.logout);
  router.all(routePaths.logout, only('GET', 'HEAD', 'POST'));
  router.all(routePaths.backChannelLogout, handlers.backChannelLogout);
  router.all(routePaths.frontChannelLogout, only('GET'), handlers.frontChannelLogout);
  router.use([routePaths.login, routePaths.logout, routePaths.frontChannelLogout], handlers.reportFailure);
  router.use(handlers.onError);
  // Most requests are for the app's own pages: they pass with one look. A turn of the event loop lets those that came
  // together be worked on together, which costs a sixth less.
  return (req, res, next) => {
    const go = isOurs(req.path) ? () => router(req, res, next) : () => void setImmediate(next);
    // What stands behind it belongs to the request as well.
    handlers.wellKnown(req, res, () => asPartOf(req, go));
  };
}

const ours: ReadonlySet<string> = new Set(Object.values(routePaths).map((path) => path.toLowerCase()));

/** As lenient as Express is. */
function isOurs(path: string): boolean {
  return ours.has(path.toLowerCase().replace(/\/$/, ''));
}

/** Refuses other methods; HEAD too where it is not named, because Express would run the GET handler for it. */
function only(...methods: readonly string[]): RequestHandler {
  return (req, res, next) => {
    if (methods.includes(req.method)) return next();
    res.setHeader('Allow', methods.join(', '));
    next(new LatchkeyError('method_not_allowed'));
  };
}
