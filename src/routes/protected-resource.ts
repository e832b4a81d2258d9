// Protected-resource metadata (RFC 9728): tells programs where to get a token for this API, and for which resource.
import type { RequestHandler } from 'express';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import { basePathOf } from '../http/return-to.ts';

/** What is published, and where. */
export interface ProtectedResource {
  /** The absolute address, for the challenge of a 401. */
  readonly url: string | null;
  readonly handler: RequestHandler;
}

const wellKnown = '/.well-known/oauth-protected-resource';

export function protectedResource(settings: ResolvedOptions): ProtectedResource {
  const { baseUrl, issuer, protectedResource: published } = settings;
  if (published === undefined) return { url: null, handler: (_req, _res, next) => next() };
  const basePath = basePathOf(baseUrl);
  // Section 3.1: the path of the resource comes after the well-known part, so this is at the root of the origin.
  const path = wellKnown + basePath;
  const metadata = JSON.stringify({
    resource: baseUrl.origin + basePath,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(published.scopes === undefined ? {} : { scopes_supported: published.scopes }),
    ...(published.name === undefined ? {} : { resource_name: published.name }),
    ...(published.documentation === undefined ? {} : { resource_documentation: published.documentation }),
  });
  return {
    url: baseUrl.origin + path,
    handler(req, res, next) {
      const [asked] = req.originalUrl.split('?', 1);
      if (asked !== path || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
      // The same for everybody, and no secret.
      res.setHeader('Cache-Control', 'public, max-age=3600');
      res.type('application/json').send(metadata);
    },
  };
}
