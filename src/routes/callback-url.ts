// Reads the address of a callback: each parameter once, one state, and a code or an error.
import type { Request } from 'express';
import { LatchkeyError } from '../errors.ts';

/** The configured redirect URI with the query that came. The host of the request plays no part. */
export function urlOfCallback(req: Request, redirectUri: string): URL {
  const url = new URL(redirectUri);
  const start = req.originalUrl.indexOf('?');
  url.search = start === -1 ? '' : req.originalUrl.slice(start);
  const names = [...url.searchParams.keys()];
  // RFC 6749 section 3.1: parameters must not stand twice. `code[]` and the like are other names, so not seen here.
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed('a parameter stands twice');
  return url;
}

/** The state of a callback that has a code or an error, and not both. */
export function singleState(url: URL): string {
  const state = url.searchParams.get('state');
  if (state === null || state === '') throw malformed('there is no state');
  const code = url.searchParams.get('code');
  if (!url.searchParams.has('error') && (code === null || code === '')) throw malformed('there is no code');
  if (url.searchParams.has('error') && code !== null) throw malformed('there is an error and a code');
  return state;
}

/** The error of a callback that nobody here asked for. */
export function malformed(detail: string): LatchkeyError {
  return new LatchkeyError('callback_malformed', { detail });
}
