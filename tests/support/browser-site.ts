// Tells origins and sites apart as browsers do, and what follows from it: Sec-Fetch-Site, Origin, SameSite.
import type { SameSiteContext } from './browser-cookies.ts';

/** Scheme and registrable domain. Test hosts are IP addresses, `localhost` or names with a one-label suffix. */
const siteOf = (url: string): string => {
  const { protocol, hostname } = new URL(url);
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return `${protocol}//${isAddress ? hostname : hostname.split('.').slice(-2).join('.')}`;
};

const originOf = (url: string): string => new URL(url).origin;

export const secFetchSite = (url: string, from: string | null): string => {
  if (from === null) return 'none';
  if (originOf(url) === originOf(from)) return 'same-origin';
  return siteOf(url) === siteOf(from) ? 'same-site' : 'cross-site';
};

export const sameSiteContext = (request: {
  readonly url: string;
  readonly from: string | null;
  readonly method: string;
  readonly isTopLevel: boolean;
}): SameSiteContext => {
  const { url, from, method, isTopLevel } = request;
  if (from === null || siteOf(url) === siteOf(from)) return 'strict';
  return isTopLevel && (method === 'GET' || method === 'HEAD') ? 'lax' : 'none';
};

/** Origin and Referer, with the browsers' default policy `strict-origin-when-cross-origin`. */
export const originHeaders = (request: {
  readonly url: string;
  readonly from: string | null;
  readonly method: string;
  readonly isCors: boolean;
}): Record<string, string> => {
  const { url, from, method, isCors } = request;
  if (from === null) return {};
  const isSameOrigin = originOf(url) === originOf(from);
  const isSafe = method === 'GET' || method === 'HEAD';
  const sendsOrigin = !isSafe || (isCors && !isSameOrigin);
  return {
    ...(sendsOrigin ? { origin: originOf(from) } : {}),
    referer: isSameOrigin ? from : `${originOf(from)}/`,
  };
};
