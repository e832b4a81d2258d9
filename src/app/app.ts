// The server-rendered app: everything a request passes, in order.

import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { type DirectoryStore, type FirstAdminSetup, systemClock } from '../directory.ts';
import type { AuthOptions } from '../index.ts';
import { type Auth, createAuth, crossOrigin, doctorProbe, LatchkeyError, loadAssets } from '../index.ts';
import { adminRoutes } from './admin/admin-routes.ts';
import { apiRoutes } from './api-routes.ts';
import { type AppDirectory, peopleDirectory } from './app-directory.ts';
import { createAuditWriter } from './audit-writer.ts';
import { directoryState } from './directory-choice.ts';
import { type AskDependencies, healthRoutes } from './health.ts';
import type { Log } from './log.ts';
import { logRequests } from './log-requests.ts';
import { refuseOddMethods, refuseTwoHosts } from './method-check.ts';
import type { AppMetrics } from './metrics.ts';
import { noteErrors } from './note-errors.ts';
import { ownRoutes } from './own/own-routes.ts';
import { createPageLocals } from './page-locals.ts';
import { pageRoutes } from './page-routes.ts';
import { createPages, type RenderPage } from './pages.ts';
import { createReport, type Report } from './report.ts';
import { securityHeaders } from './security-headers.ts';
import { sessionRoutes } from './session-routes.ts';
import { setupRoutes } from './setup-routes.ts';
import { requireHttps } from './transport.ts';
import { type UserRoutesOptions, userPrefix, userRoutes } from './user-routes.ts';
import { createViewEngine } from './view-engine.ts';

/** What the app is made of. */
export interface AppParts {
  readonly auth: Omit<AuthOptions, 'pages' | 'onEvent'>;
  /** Asked by `/readyz`. Default: none. */
  readonly directory?: DirectoryStore;
  readonly log: Log;
  /** Takes every event. Default: the log, and the audit trail of `people` where that is there. */
  readonly report?: Report;
  readonly trustProxy: number | readonly string[] | null;
  /** Origins whose pages may call the API with credentials. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Shown in the header. Default: `latchkey`. */
  readonly product?: string;
  /** People, their rights and accounts; with it come the pages of administrators. Default: none. */
  readonly people?: AppDirectory;
  /** Default: false. */
  readonly silentSignIn?: boolean;
  /** The JSON API for accounts. Default: there is none. */
  readonly userApi?: UserRoutesOptions;
  /** Counts what happens. Default: nobody does. */
  readonly metrics?: Omit<AppMetrics, 'close'> | null;
  readonly isStopping?: () => boolean;
  /** The way to the first administrator. Default: there is none, as with a provider of your own. */
  readonly setup?: FirstAdminSetup | null;
}

const viewsFolder = fileURLToPath(new URL('../../views/', import.meta.url));

/** Makes the app and its auth object, and what `/readyz` asks. */
export function createApp(parts: AppParts): { app: Express; auth: Auth; dependencies: AskDependencies } {
  const { log, directory, people, userApi } = parts;
  const { clock = systemClock } = parts.auth;
  const store = people?.store.audit ?? directory?.audit;
  const { metrics = null } = parts;
  const ownReport = () => {
    const audit = people && createAuditWriter({ store: people.store.audit, log, clock });
    return createReport(log, audit ?? null, metrics?.onEvent);
  };
  const report = parts.report ?? ownReport();
  const baseUrl = new URL(parts.auth.baseUrl);
  const basePath = baseUrl.pathname.replace(/\/+$/, '');
  const assets = loadAssets(new URL('../../public/', import.meta.url), basePath);
  const adminPermission = people === undefined ? null : (people.adminPermission ?? 'admin');
  const localsOf = createPageLocals(parts.product ?? 'latchkey', basePath, assets, adminPermission);
  const render: RenderPage = (req, res, view, title, locals) => {
    res.render(view, { ...localsOf(req, title), ...locals });
  };
  const kept =
    people === undefined ? {} : { directory: peopleDirectory(people), apiKeys: people.store.apiKeys };
  const timed = metrics === null ? {} : { onCall: metrics.onCall };
  const auth = createAuth({
    ...{ ...kept, ...timed, ...parts.auth },
    ...{ pages: createPages(render), onEvent: report.tell },
  });

  const dependencies: AskDependencies = async () => {
    const asked = directory === undefined ? [] : [directoryState(directory)];
    const [own, ...others] = await Promise.all([auth.dependencies(), ...asked]);
    return [...own, ...others];
  };

  const app = express();
  app.disable('x-powered-by');
  // A page that is different for everybody must not be answered with 304.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', parts.trustProxy ?? false);
  app.set('views', viewsFolder);
  app.set('view engine', 'ejs');
  app.set('view cache', true);
  app.engine('ejs', createViewEngine());

  app.use(logRequests(log, metrics?.onAnswer));
  app.use(securityHeaders(baseUrl, auth.providerOrigins));
  app.use(refuseTwoHosts);
  app.use(`${basePath}/api`, crossOrigin(parts.corsOrigins ?? []));
  app.use(refuseOddMethods(userApi && basePath + (userApi.apiPrefix ?? userPrefix)));
  app.use(healthRoutes(dependencies, log, parts.isStopping ?? (() => false)));
  app.use(doctorProbe(parts.auth));
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
  site.use('/api', auth.apiLimit());
  if (userApi !== undefined) {
    site.use(userRoutes(auth, userApi, parts.auth, report, people ?? {}));
  }
  site.use('/api', apiRoutes(auth, clock, store));
  site.use(pageRoutes(auth, render, parts.silentSignIn ?? false));
  site.use(sessionRoutes(auth, basePath, render));
  if (people !== undefined) {
    const pages = { basePath, render, report, clock };
    site.use(adminRoutes(auth, people, pages));
    const { issuer, directoryIssuer: name = issuer } = parts.auth;
    const directoryIssuer = (known: string) => (known === issuer ? name : known);
    site.use(ownRoutes({ auth, directory: people, directoryIssuer, ...pages }));
  }
  if (parts.setup) site.use(setupRoutes(parts.setup, baseUrl, render, report));
  app.use(basePath === '' ? '/' : basePath, site);

  app.use((_req, _res, next) => next(new LatchkeyError('not_found')));
  app.use(noteErrors(log));
  app.use(auth.errorHandler());
  return { app, auth, dependencies };
}
