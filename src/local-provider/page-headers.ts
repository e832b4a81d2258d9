// The security headers of every answer of the provider.
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { LocalClient } from './options.ts';

/** Makes the function that sets them. */
export function createPageHeaders(issuer: URL, clients: readonly LocalClient[]) {
  const secure = issuer.protocol === 'https:';
  const addresses = clients.flatMap((client) => [...client.redirectUris, ...client.postLogoutRedirectUris]);
  const clientOrigins = [...new Set(addresses.map((address) => new URL(address).origin))];
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // A form of ours ends, by way of redirects, at the client, and browsers hold the whole way to this list.
        formAction: ["'self'", ...clientOrigins],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Not no-referrer: with it a same-origin form is sent with `Origin: null`.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: secure && { maxAge: 31_536_000 },
  });
  return (req: IncomingMessage, res: ServerResponse): void => {
    set(req, res, (error) => {
      if (error) throw error;
    });
  };
}
