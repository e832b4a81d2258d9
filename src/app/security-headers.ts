// The security headers of every answer, by helmet, without its softer defaults.
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for pages and JSON alike.
 * @param providerOrigins - asked for on each answer: signing out posts a form that ends at the provider, and
 *   browsers hold `form-action` against redirects too
 */
export function securityHeaders(baseUrl: URL, providerOrigins: () => readonly string[]): RequestHandler {
  const https = baseUrl.protocol === 'https:';
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'", () => providerOrigins().join(' ')],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
  });
}
