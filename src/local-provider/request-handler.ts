// The order in which a request is answered: headers, address, files, our pages, the protocol endpoints.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Assets } from '../http/assets.ts';
import { requestReference } from '../http/request-id.ts';
import type { FailurePages } from './failure-pages.ts';
import type { LocalProviderListener } from './options.ts';

/** What the handler puts in order. */
export interface RequestHandlerParts {
  readonly issuer: URL;
  readonly assets: Assets;
  readonly failurePages: FailurePages;
  readonly setHeaders: (req: IncomingMessage, res: ServerResponse) => void;
  readonly clientAddress: (req: IncomingMessage) => string;
  readonly answerInteraction: (
    req: IncomingMessage,
    res: ServerResponse,
    url: URL,
    address: string,
  ) => Promise<boolean>;
  readonly answerProtocol: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly report: LocalProviderListener;
}

/** Makes the request listener of the provider. */
export function createRequestHandler(parts: RequestHandlerParts): RequestListener {
  const { issuer, assets, failurePages } = parts;

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    parts.setHeaders(req, res);
    const url = URL.parse(req.url ?? '', issuer.href);
    if (url === null || url.origin !== issuer.origin) return failurePages.send(req, res, 'not_found', 400);
    // The library builds its metadata and its redirects from the Host header, so only our own name may get that far.
    if (!isOwnHost(req.headers.host, issuer)) return failurePages.send(req, res, 'wrong_address');
    const address = parts.clientAddress(req);
    for (const name of Object.keys(req.headers))
      if (name.startsWith('x-forwarded-')) delete req.headers[name];
    req.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1);

    if (assets.serve(req, res, url)) return;
    if (await parts.answerInteraction(req, res, url, address)) return;
    await parts.answerProtocol(req, res);
  };

  return (req, res) => {
    answer(req, res).catch(async (error: unknown) => {
      const reason = error instanceof Error ? error.message : 'a value that is not an error was thrown';
      parts.report({ name: 'server_error', detail: { reason, reference: requestReference(req) } });
      if (res.headersSent) res.destroy();
      else await failurePages.send(req, res, 'unavailable').catch(() => res.destroy());
    });
  };
}

function isOwnHost(host: string | undefined, issuer: URL): boolean {
  // By way of URL, because `example.com:443` is the same address as `example.com` under https.
  return host !== undefined && URL.parse(`${issuer.protocol}//${host}`)?.host === issuer.host;
}
