// The id of a request: the reference people are shown and the key that finds its log lines.
import type { IncomingMessage } from 'node:http';
import { randomId } from '../crypto/random.ts';

const ids = new WeakMap<IncomingMessage, string>();

/** The request's id; made when first asked for. What the client sends is never used: it could forge log lines. */
export function requestReference(req: IncomingMessage): string {
  const known = ids.get(req);
  if (known !== undefined) return known;
  const id = randomId();
  ids.set(req, id);
  return id;
}
