// Keeps an https site on https: plain requests are sent over, or told what is wrong with the proxy.
import type { RequestHandler } from 'express';
import { isPageNavigation, LatchkeyError } from '../index.ts';

const proxyHeaders = ['x-forwarded-proto', 'x-forwarded-for', 'forwarded', 'via'];

/** Refuses plain http where the base URL is https; session cookies could not be set there anyway. */
export function requireHttps(baseUrl: URL): RequestHandler {
  if (baseUrl.protocol !== 'https:') return (_req, _res, next) => next();
  return (req, _res, next) => {
    if (req.secure) return next();
    const behindProxy = proxyHeaders.some((name) => req.headers[name] !== undefined);
    // Redirecting what a proxy has already received over https would go in circles.
    if (behindProxy || !isPageNavigation(req)) {
      return next(
        new LatchkeyError('transport_insecure', {
          detail: 'plain http; check TRUST_PROXY and X-Forwarded-Proto',
        }),
      );
    }
    const path = /^\/(?![/\\])/.test(req.originalUrl) ? req.originalUrl : '/';
    _res.redirect(308, new URL(path, baseUrl.origin).href);
  };
}
