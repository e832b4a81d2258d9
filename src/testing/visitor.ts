// A person's browser at one app: its cookies, its headers, and the way through the test provider and back.
import { isLoopbackHost } from '../config/insecure-url.ts';
import { createCookieJar } from './cookie-jar.ts';
import type { Target } from './open-target.ts';
import { loginHeader, writeLoginHeader } from './provider/login-header.ts';
import type { Login } from './provider/types.ts';
import { sendRequest } from './send-request.ts';

/** What is done: a page opened, a form sent from one, or a script's fetch from one. */
export type VisitKind = 'page' | 'form' | 'script';

export interface VisitRequest {
  readonly kind: VisitKind;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
  readonly signal?: AbortSignal;
  /** Where it comes from. */
  readonly site: 'none' | 'same-origin' | 'cross-site';
}

export interface Visit {
  /** The public address. */
  readonly url: URL;
  readonly request: VisitRequest;
  readonly response: Response;
  /** Where a redirect leads, or null. */
  readonly next: URL | null;
}

export interface VisitorParts {
  readonly target: Target;
  /** The app's public address. */
  readonly baseUrl: URL;
  readonly login: Login;
  readonly ca?: string | undefined;
}

const pageHeaders = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};
const scriptHeaders = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

/** Opening a page by its address. */
export const pageRequest: VisitRequest = {
  ...{ kind: 'page', method: 'GET', headers: new Headers(), body: null, site: 'none' },
};

const nextOf = (url: URL, { status, headers }: Response): URL | null => {
  const location = headers.get('location');
  const isRedirect = location !== null && [301, 302, 303, 307, 308].includes(status);
  return isRedirect && URL.canParse(location, url.href) ? new URL(location, url) : null;
};

/** 303, and what browsers do after 301 and 302. */
const afterRedirect = ({ request, response }: Visit): VisitRequest => {
  const keepsMethod = response.status === 307 || response.status === 308;
  if (keepsMethod || request.method === 'GET' || request.method === 'HEAD') return request;
  const headers = new Headers(request.headers);
  headers.delete('content-type');
  return {
    ...request,
    kind: request.kind === 'form' ? 'page' : request.kind,
    method: 'GET',
    headers,
    body: null,
  };
};

export type Visitor = ReturnType<typeof createVisitor>;

export const createVisitor = ({ target, baseUrl, login, ca }: VisitorParts) => {
  const jar = createCookieJar();
  let appOrigin = baseUrl.origin;
  let providerOrigin: string | null = null;

  const isApp = (url: URL): boolean => {
    if (url.origin === appOrigin || url.origin === target.url.origin) return true;
    // Every name of this machine leads to a port that was opened here.
    const samePort = url.protocol === target.url.protocol && url.port === target.url.port;
    return target.isOurs && samePort && isLoopbackHost(url.hostname);
  };

  const finish = (url: URL, request: VisitRequest, response: Response): Visit => ({
    ...{ url, request, response },
    next: nextOf(url, response),
  });

  /** To where the app listens, whatever its public address is, with what a proxy in front of it would say. */
  const toApp = async (url: URL, request: VisitRequest): Promise<Visit> => {
    const wire = new URL(url.pathname + url.search, target.url);
    const headers = new Headers({
      ...(request.kind === 'script' ? scriptHeaders : pageHeaders),
      'sec-fetch-site': request.site,
      host: url.host,
      ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { origin: appOrigin }),
      ...(url.protocol === wire.protocol
        ? {}
        : { 'x-forwarded-proto': url.protocol.slice(0, -1), 'x-forwarded-host': url.host }),
    });
    for (const [name, value] of request.headers) headers.set(name, value);
    const cookies = [jar.header(url.pathname), request.headers.get('cookie') ?? ''].filter(
      (part) => part !== '',
    );
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
    const response = await sendRequest({ ...request, headers }, { url: wire, ca });
    jar.keep(response.headers.getSetCookie());
    return finish(url, request, response);
  };

  /** To the provider, which signs in whom the header names. */
  const toProvider = async (url: URL, { method, body, ...request }: VisitRequest): Promise<Visit> => {
    const headers = new Headers({ ...pageHeaders, [loginHeader]: writeLoginHeader(login) });
    const type = request.headers.get('content-type');
    if (type !== null) headers.set('content-type', type);
    const response = await sendRequest({ method, headers, body }, { url, ca }).catch((cause: unknown) => {
      throw new Error(`the provider at ${url.origin} does not answer`, { cause });
    });
    return finish(url, { ...request, method, body }, response);
  };

  return {
    jar,
    /** The app's public origin: as it was given, or as the provider has it. */
    appOrigin: (): string => appOrigin,
    isApp,
    isProvider: (url: URL): boolean => url.origin === providerOrigin,
    /** The provider sent the browser here, so this is where the app is in public. */
    learnAppOrigin(url: URL): void {
      appOrigin = url.origin;
    },
    /** @throws TypeError for an address that is not on this machine: no test writes to a real provider */
    learnProviderOrigin(url: URL): void {
      if (!isLoopbackHost(url.hostname)) {
        throw new TypeError(
          `signedIn: the app sends people to ${url.origin}, which is no test provider. Make its auth with testAuthOptions(provider).`,
        );
      }
      providerOrigin = url.origin;
    },
    toApp,
    toProvider,
    /** One redirect further; null where it leads to neither the app nor the provider. */
    async follow(visit: Visit): Promise<Visit | null> {
      if (visit.next === null) return null;
      const request = afterRedirect(visit);
      if (visit.next.origin === providerOrigin) return toProvider(visit.next, request);
      if (!isApp(visit.next)) return null;
      const site = visit.url.origin === providerOrigin ? 'cross-site' : request.site;
      return toApp(visit.next, { ...request, site });
    },
  };
};
