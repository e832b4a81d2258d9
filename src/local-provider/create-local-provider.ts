// Puts the local provider together.
import type { RequestListener } from 'node:http';
import { Provider } from 'oidc-provider';
import { loadAssets } from '../http/assets.ts';
import { type ListeningServer, listen } from '../http/listen.ts';
import { createConfiguration, grantSeconds, resolveLifetimes } from './configuration.ts';
import { createFailurePages } from './failure-pages.ts';
import { createInteractionRoutes } from './interaction-routes.ts';
import type { LocalProviderListener, LocalProviderOptions } from './options.ts';
import { createPageHeaders } from './page-headers.ts';
import { reportProviderEvents } from './report-provider-events.ts';
import { createRequestHandler } from './request-handler.ts';
import { createScopeCatalogue } from './scopes.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { confirmSignOutWithoutAsking, createSignOutPages } from './sign-out.ts';
import { createRenderPage } from './views.ts';

/** An OpenID provider in this process. */
export interface LocalProvider {
  readonly issuer: string;
  /** For a server of your own; it must be reached under the issuer's host. */
  readonly handler: RequestListener;
  /** Opens a port of its own. */
  listen(port: number, host: string): Promise<ListeningServer>;
}

/** Makes the local provider. Throws when an option cannot be used; opens no port before `listen`. */
export async function createLocalProvider(options: LocalProviderOptions): Promise<LocalProvider> {
  const issuer = new URL(options.issuer);
  if (issuer.origin !== options.issuer) {
    throw new TypeError(
      `issuer must be an origin, such as ${issuer.origin}, without a path or a final slash`,
    );
  }
  const report = neverThrowing(options.onEvent);
  const lifetimes = resolveLifetimes(options.lifetimes);
  const catalogue = createScopeCatalogue(options.scopes ?? [], options.apis ?? []);
  const assets = loadAssets(new URL('../../public/', import.meta.url));
  const render = createRenderPage(
    new URL('../../views/', import.meta.url),
    options.productName ?? 'latchkey',
    assets,
  );
  const failurePages = createFailurePages(render);
  const signOutPages = createSignOutPages(render);

  const configuration = createConfiguration(options, { catalogue, failurePages, signOutPages, lifetimes });
  const provider = new Provider(options.issuer, configuration);
  // Where TLS ends in front of us the protocol comes from a header, which the request handler writes itself.
  provider.proxy = true;
  confirmSignOutWithoutAsking(provider);
  showNotFound(provider, failurePages.send);
  reportProviderEvents(provider, report);

  const interactionParts = {
    provider,
    accounts: options.accounts,
    catalogue,
    demoHints: options.demoHints ?? [],
    failurePages,
    grantSeconds: grantSeconds(lifetimes),
    limit: options.accounts.countsFailures === true ? null : createSignInLimit(),
    render,
    report,
  };
  const handler = createRequestHandler({
    issuer,
    assets,
    failurePages,
    setHeaders: createPageHeaders(issuer, options.clients),
    clientAddress: options.clientAddress ?? ((req) => req.socket.remoteAddress ?? ''),
    answerInteraction: createInteractionRoutes(interactionParts, issuer),
    answerProtocol: provider.callback(),
    report,
  });
  return { issuer: options.issuer, handler, listen: (port, host) => listen(handler, port, host) };
}

/** Koa's own answer to an unknown address is a bare line of text. */
function showNotFound(provider: Provider, send: ReturnType<typeof createFailurePages>['send']): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined || ctx.respond === false) return;
    ctx.respond = false;
    await send(ctx.req, ctx.res, 'not_found');
  });
}

function neverThrowing(listener: LocalProviderListener | undefined): LocalProviderListener {
  return (event) => {
    // A broken log, be it an asynchronous one, must not turn a sign-in into an error or end the process.
    Promise.try(() => listener?.(event)).catch(() => {});
  };
}
