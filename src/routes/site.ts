// Where latchkey's own routes are on this site, and the addresses built from them.
import type { Request } from 'express';
import { LatchkeyError } from '../errors.ts';
import {
  acceptableReturnTo,
  basePathOf,
  homePath,
  judgeReturnTo,
  type ReturnToRules,
} from '../http/return-to.ts';

/** Paths below the base path. They are a contract: registrations at providers depend on them. */
export const routePaths = {
  login: '/login',
  callback: '/auth-callback',
  logout: '/logout',
  backChannelLogout: '/backchannel-logout',
  frontChannelLogout: '/frontchannel-logout',
} as const;

/** The addresses of this site. */
export interface Site {
  readonly baseUrl: URL;
  readonly basePath: string;
  readonly homePath: string;
  /** Absolute, for the provider. */
  readonly redirectUri: string;
  /** Absolute, for the provider. */
  readonly afterLogoutUri: string;
  /** A local path to go to after login: what was asked for if it is acceptable, else the home page. */
  judge(returnTo: unknown): string;
  /** Local, with the page to come back to. */
  loginHref(returnTo: unknown): string;
  readonly logoutHref: string;
}

/**
 * Refuses to begin or end a login where its cookies could not be set: the base URL is https, and the request
 * came over plain http, or through a proxy that the app was not told to trust.
 * @throws LatchkeyError `transport_insecure`
 */
export function requireSecure(req: Request, site: Site): void {
  if (site.baseUrl.protocol !== 'https:' || req.secure) return;
  const detail =
    "plain http on an https site; behind a proxy that ends TLS set Express's trust proxy (TRUST_PROXY)";
  throw new LatchkeyError('transport_insecure', { detail });
}

export function createSite(baseUrl: URL, afterLogoutPath: string, neverReturnTo: readonly string[]): Site {
  const basePath = basePathOf(baseUrl);
  const absolute = (path: string) => new URL(basePath + path, baseUrl.origin).href;
  const rules: ReturnToRules = {
    baseUrl,
    // All of them act: nobody is ever sent there after login.
    deniedPaths: Object.values(routePaths),
    deniedPrefixes: neverReturnTo.map((path) => `${path.toLowerCase().replace(/\/+$/, '')}/`),
  };
  return {
    baseUrl,
    basePath,
    homePath: homePath(baseUrl),
    redirectUri: absolute(routePaths.callback),
    afterLogoutUri: absolute(afterLogoutPath),
    judge: (returnTo) => judgeReturnTo(returnTo, rules),
    loginHref(returnTo) {
      const path = acceptableReturnTo(returnTo, rules);
      const login = basePath + routePaths.login;
      return path === null || path === homePath(baseUrl)
        ? login
        : `${login}?return_to=${encodeURIComponent(path)}`;
    },
    logoutHref: basePath + routePaths.logout,
  };
}
