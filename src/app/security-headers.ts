// The security headers of every answer, by helmet, without its softer defaults.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

type Header = readonly [name: string, value: string];

/**
 * Headers for pages and JSON alike. They are made once, and anew when the origins have changed: only the answer is
 * different each time.
 * @param providerOrigins - asked for on each answer: signing out posts a form that ends at the provider, and
 *   browsers hold `form-action` against redirects too
 */
export function securityHeaders(baseUrl: URL, providerOrigins: () => readonly string[]): RequestHandler {
  let made: { readonly origins: readonly string[]; readonly headers: readonly Header[] } | null = null;
  return (_req, res, next) => {
    const origins = providerOrigins();
    if (made?.origins !== origins) made = { origins, headers: headersOf(baseUrl, origins) };
    for (const header of made.headers) res.setHeader(header[0], header[1]);
    next();
  };
}

/** What helmet sets on an answer. @throws Error where it refuses an origin: no answer goes out without a policy */
function headersOf(baseUrl: URL, origins: readonly string[]): readonly Header[] {
  const headers: Header[] = [];
  const answer = {
    setHeader: (name: string, value: string) => void headers.push([name, value]),
    removeHeader: () => {},
  } as unknown as ServerResponse;
  helmetFor(baseUrl, origins)({} as IncomingMessage, answer, (error?: unknown) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

function helmetFor(baseUrl: URL, origins: readonly string[]) {
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
        formAction: ["'self'", ...origins],
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
