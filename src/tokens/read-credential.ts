// Reads the credential out of the headers of a request: which one decides, and whether it has the right form.
import type { IncomingMessage } from 'node:http';

/** What the headers hold. */
export type HeaderCredential =
  | { readonly kind: 'absent' }
  /** An access token under the expected scheme. */
  | { readonly kind: 'token'; readonly value: string }
  /** `Authorization: Token …`: an API key. */
  | { readonly kind: 'api_key'; readonly value: string }
  /** `x-api-key`: an API key, or the access token of a machine. */
  | { readonly kind: 'x_api_key'; readonly value: string }
  | { readonly kind: 'malformed' }
  /** The token came in more than one way (RFC 6750 section 2). */
  | { readonly kind: 'ambiguous' };

/** How to read. */
export interface ReadingRules {
  /** Scheme of the access token, compared without regard to case. */
  readonly scheme: string;
  /** Whether `x-api-key` counts. `Authorization: Token` is seen either way, so that it can be refused by name. */
  readonly apiKeys: boolean;
}

/** The longest credential that is looked at, in characters. */
export const longestCredential = 16_384;

const absent: HeaderCredential = { kind: 'absent' };
const malformed: HeaderCredential = { kind: 'malformed' };
const ambiguous: HeaderCredential = { kind: 'ambiguous' };

/** `token68` of RFC 9110 section 11.2. */
const token68 = /^[\w.~+/-]+=*$/;

/** An Authorization header decides where there is one, good or bad; `x-api-key` comes after it. */
export function readCredential(req: IncomingMessage, rules: ReadingRules): HeaderCredential {
  const given = valuesOf(req, 'authorization');
  if (given !== undefined) {
    const found = readAuthorization(given, rules.scheme.toLowerCase());
    return found.kind === 'token' && comesAnotherWayToo(req) ? ambiguous : found;
  }
  const keys = rules.apiKeys ? valuesOf(req, 'x-api-key') : undefined;
  if (keys === undefined) return absent;
  const [value = ''] = keys;
  if (keys.length > 1) return ambiguous;
  return isToken68(value) ? { kind: 'x_api_key', value } : malformed;
}

/** All values, because Node's own reading drops a second Authorization. Most requests have none: that costs nothing. */
function valuesOf(req: IncomingMessage, name: 'authorization' | 'x-api-key'): readonly string[] | undefined {
  if (req.headers[name] === undefined) return undefined;
  const values: string[] = [];
  // `headersDistinct` would take apart every header of the request for this one.
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const key = req.rawHeaders[index] ?? '';
    if (key.length === name.length && key.toLowerCase() === name)
      values.push(req.rawHeaders[index + 1] ?? '');
  }
  // Requests that were made by hand, in tests and by other frameworks, have no raw headers.
  return values.length > 0 ? values : req.headersDistinct[name];
}

function readAuthorization(given: readonly string[], scheme: string): HeaderCredential {
  const [header = ''] = given;
  if (given.length > 1) return ambiguous;
  // Longer than scheme and credential together may be: not worth taking apart.
  if (header.length > longestCredential + 100) return malformed;
  const [name = '', value = '', ...more] = header.trim().split(/[ \t]+/);
  if (more.length > 0 || !isToken68(value)) return malformed;
  if (name.toLowerCase() === scheme) return { kind: 'token', value };
  return name.toLowerCase() === 'token' ? { kind: 'api_key', value } : malformed;
}

function isToken68(value: string): boolean {
  return value.length <= longestCredential && token68.test(value);
}

/** A token in the query, or in a form that was read before, beside the one in the header. */
function comesAnotherWayToo(
  req: IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown },
) {
  const url = req.originalUrl ?? req.url ?? '';
  const query = url.indexOf('?');
  if (query !== -1 && new URLSearchParams(url.slice(query)).has('access_token')) return true;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '');
  const { body } = req;
  return isForm && typeof body === 'object' && body !== null && Object.hasOwn(body, 'access_token');
}
