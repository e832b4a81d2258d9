// How `signedIn` tells the provider whom it is: a header that no page of another site can send along.
import type { IncomingHttpHeaders } from 'node:http';
import type { Login } from './types.ts';

/** The header's name. Its value is base64url, because claims may hold any letter. */
export const loginHeader = 'x-test-provider-login';

/** The header for somebody. */
export const writeLoginHeader = (login: Login): string =>
  Buffer.from(JSON.stringify(login)).toString('base64url');

/** Whom the request names, or null. */
export const readLoginHeader = (headers: IncomingHttpHeaders): Login | null => {
  const value = headers[loginHeader];
  if (typeof value !== 'string') return null;
  return JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as Login;
};
