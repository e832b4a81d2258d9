// The server-rendered app: everything a request passes, in order.
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import type { AuthOptions } from '../index.ts';
import { type Auth, createAuth, crossOrigin, LatchkeyError, loadAssets } from '../index.ts';
import { apiRoutes } from './api-routes.ts';
import { healthRoutes } from './health.ts';
import { type Log, logEvents, logRequests } from './log.ts';
import { refuseOddMethods, refuseTwoHosts } from './method-check.ts';
import { noteErrors } from './note-errors.ts';
import { createPageLocals } from './page-locals.ts';
import { pageRoutes } from './page-routes.ts';
import { createPages, type RenderPage } from './pages.ts';
import { securityHeaders } from './security-headers.ts';
import { sessionRoutes } from './session-routes.ts';
import { requireHttps } from './transport.ts';

/** What the app is made of. */
export interface AppParts {
  readonly auth: Omit<AuthOptions, 'pages' | 'onEvent'>;
  readonly log: Log;
  readonly trustProxy: number | readonly string[] | null;
  /** Origins whose pages may call the API with credentials. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Shown in the header. Default: `latchkey`. */
  readonly product?: string;
  /** Default: false. */
  readonly silentSignIn?: boolean;
  readonly isStopping?: () => boolean;
}

const viewsFolder = fileURLToPath(new URL('../../views/', import.meta.url));

/** Makes the app and its auth object. */
export function createApp(parts: AppParts): { app: Express; auth: Auth } {
  const { log } = parts;
  const baseUrl = new URL(parts.auth.baseUrl);
  const basePath = baseUrl.pathname.replace(/\/+$/, '');
  const assets = loadAssets(new URL('../../public/', import.meta.url), basePath);
  const localsOf = createPageLocals(parts.product ?? 'latchkey', basePath, assets);
  const render: RenderPage = (req, res, view, title, locals) => {
    res.render(view, { ...localsOf(req, title), ...locals });
  };
  const auth = createAuth({ ...parts.auth, pages: createPages(render), onEvent: logEvents(log) });

  const app = express();
  app.disable('x-powered-by');
  // A page that is different for everybody must not be answered with 304.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', parts.trustProxy ?? false);
  app.set('views', viewsFolder);
  app.set('view engine', 'ejs');
  app.set('view cache', true);

  app.use(logRequests(log));
  app.use(securityHeaders(baseUrl, auth.providerOrigins));
  app.use(refuseTwoHosts);
  app.use(`${basePath}/api`, crossOrigin(parts.corsOrigins ?? []));
  app.use(refuseOddMethods);
  app.use(healthRoutes(auth, log, parts.isStopping ?? (() => false)));
  app.use(requireHttps(baseUrl));

  // At the root of the origin, also where the app itself is below a path.
  app.use(auth.wellKnown());

  const site = express.Router();
  site.use('/assets', (req, res, next) => {
    const url = URL.parse(req.originalUrl, baseUrl.origin);
    if (url === null || !assets.serve(req, res, url)) next();
  });
  // Browsers ask for it beside answers that are no pages and so cannot name an icon.
  site.get('/favicon.ico', (_req, res) => res.redirect(302, assets.href('favicon.svg')));
  site.use(auth.routes());
  site.use('/api', apiRoutes(auth, parts.auth.clock));
  site.use(pageRoutes(auth, render, parts.silentSignIn ?? false));
  site.use(sessionRoutes(auth, basePath, render));
  app.use(basePath === '' ? '/' : basePath, site);

  app.use((_req, _res, next) => next(new LatchkeyError('not_found')));
  app.use(noteErrors(log));
  app.use(auth.errorHandler());
  return { app, auth };
}
