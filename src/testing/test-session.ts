// The session of somebody who has just signed in: requests with their cookies, and the way out.
import { isLoopbackHost } from '../config/insecure-url.ts';
import type { Target } from './open-target.ts';
import type { Login, TestUser } from './provider/types.ts';
import type { SignedInOptions, TestSession } from './signed-in.ts';
import { createVisitor, pageRequest, type Visit, type VisitRequest } from './visitor.ts';
import { walkLogin } from './walk-login.ts';

const mostRedirects = 20;

const bytesOf = async (request: Request): Promise<Buffer | null> =>
  request.body === null ? null : Buffer.from(await request.arrayBuffer());

/** A path without the slash at its end, so that others can be added. */
const basePathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '');

const baseUrlFor = (target: Target, given: string | undefined): URL => {
  if (given !== undefined) return new URL(given);
  const url = new URL(target.url);
  // Nobody has said it yet: as good a name of this machine as any.
  if (target.isOurs) url.hostname = 'localhost';
  return url;
};

export const openSessionAt = async (
  target: Target,
  user: TestUser,
  options: SignedInOptions,
): Promise<TestSession> => {
  const { baseUrl: givenBaseUrl, loginPath = '/login', ca, ...details } = options;
  const baseUrl = baseUrlFor(target, givenBaseUrl);
  const basePath = basePathOf(baseUrl);
  const login: Login = { ...details, user };
  const visitor = createVisitor({ target, baseUrl, login, ca });
  await walkLogin(visitor, new URL(basePath + loginPath, baseUrl));

  const appUrl = (path: string | URL): URL => {
    const url = new URL(path, `${visitor.appOrigin()}${basePath}/`);
    if (!visitor.isApp(url)) {
      throw new TypeError(`${url.origin} is not the app: its cookies are for ${visitor.appOrigin()} alone`);
    }
    return new URL(url.pathname + url.search, visitor.appOrigin());
  };

  const send = async (
    url: URL,
    request: VisitRequest,
    redirect: NonNullable<RequestInit['redirect']>,
  ): Promise<Response> => {
    let visit: Visit = await visitor.toApp(url, request);
    let hops = 0;
    for (; redirect !== 'manual' && visit.next !== null; hops += 1) {
      if (redirect === 'error') throw new TypeError(`${visit.url} redirects to ${visit.next}`);
      if (hops === mostRedirects)
        throw new Error(`more than ${mostRedirects} redirects, last to ${visit.next}`);
      const next = await visitor.follow(visit);
      if (next === null) break;
      visit = next;
    }
    // A Response that was made by hand has neither.
    return Object.defineProperties(visit.response, {
      url: { value: visit.url.href },
      redirected: { value: hops > 0 },
    });
  };

  const session: TestSession = {
    user,
    get cookieHeader() {
      return visitor.jar.header(`${basePath}/`);
    },
    async fetch(path, init = {}) {
      const url = appUrl(path);
      const request = new Request(url, init);
      const headers = new Headers(request.headers);
      const { method, signal, redirect } = request;
      const asked: VisitRequest = {
        ...{ kind: 'script', method, headers, signal, site: 'same-origin' },
        body: await bytesOf(request),
      };
      return send(url, asked, redirect);
    },
    open: (path) => send(appUrl(path), pageRequest, 'follow'),
    url(path = `${basePath}/`) {
      const { hostname } = new URL(visitor.appOrigin());
      const url = new URL(appUrl(path).href.slice(visitor.appOrigin().length), target.url);
      if (target.isOurs && isLoopbackHost(hostname)) url.hostname = hostname;
      return url.href;
    },
    storageState: () => ({
      cookies: visitor.jar.list(new URL(visitor.appOrigin()).hostname),
      origins: [],
    }),
    keepCookies: (setCookies) => visitor.jar.keep([setCookies ?? []].flat()),
    async signOut() {
      const url = new URL(`${basePath}/logout`, visitor.appOrigin());
      const form = { ...pageRequest, kind: 'form', method: 'POST', site: 'same-origin' } as const;
      const { status } = await send(url, form, 'follow');
      if (status >= 400) throw new Error(`signOut: the app answered ${status}`);
    },
    close: target.close,
    [Symbol.asyncDispose]: target.close,
  };
  return session;
};
