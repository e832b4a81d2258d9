// The id of a request: the reference people are shown and the key that finds its log lines.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomId } from '../crypto/random.ts';
import { createNote } from '../request-notes.ts';

const ids = createNote<string>();

/** What proxies send: UUIDs, hexadecimal, base64. Nothing that could end a header, a log line or an attribute. */
const sane = /^[\w.:@+/=-]{8,128}$/;

/**
 * The request's id: that of `X-Request-Id` where a trusted proxy sent it (Express's `trust proxy`) and it is a plain
 * token, otherwise one of our own. What a client sends by itself is never used: it could claim the lines of others.
 */
export function requestReference(req: IncomingMessage): string {
  const known = ids.get(req);
  if (known !== undefined) return known;
  const id = proxiedId(req) ?? randomId();
  ids.set(req, id);
  return id;
}

/** Names the id in the answer, where nothing names one yet. */
export function echoReference(req: IncomingMessage, res: ServerResponse): void {
  if (!res.headersSent && !res.hasHeader('X-Request-Id'))
    res.setHeader('X-Request-Id', requestReference(req));
}

interface Proxied {
  /** Express's own, with the function that knows the trusted hops. */
  readonly app?: { get(setting: 'trust proxy fn'): ((address: string, hop: number) => boolean) | undefined };
}

function proxiedId(req: IncomingMessage & Proxied): string | null {
  const given = req.headers['x-request-id'];
  // Sent twice it is one text with a comma, which is no token.
  if (typeof given !== 'string' || !sane.test(given)) return null;
  const isTrusted = req.app?.get('trust proxy fn');
  // The other end of the connection: only what it says counts, whoever else stands behind it.
  return isTrusted?.(req.socket.remoteAddress ?? '', 0) === true ? given : null;
}
