// Where a guard takes the credential from: the Authorization header, a cookie, or an app's own place.
import type { Request } from 'express';
import { cookieValues } from '../http/cookies.ts';

/** Finds the token of a request; null when it carries none. */
export interface TokenGetter {
  (req: Request): string | null | Promise<string | null>;
  /** Set where the token comes in the Authorization header: then it is a bearer credential. */
  readonly source?: 'authorization';
}

/**
 * Takes the token from the Authorization header.
 * @param options - `scheme` is compared without regard to case; default `Bearer`
 */
export function authorizationToken(options: { readonly scheme?: string } = {}): TokenGetter {
  const scheme = (options.scheme ?? 'bearer').toLowerCase();
  const getter = (req: Request): string | null => {
    const [given, token, ...more] = (req.headers.authorization ?? '').trim().split(/\s+/);
    return given?.toLowerCase() === scheme && token && more.length === 0 ? token : null;
  };
  return Object.assign(getter, { source: 'authorization' as const });
}

/** Takes the token as it stands in a cookie of that name. */
export function cookieToken(name: string): TokenGetter {
  return (req) => {
    const [value] = cookieValues(req, name);
    try {
      return value === undefined ? null : decodeURIComponent(value);
    } catch {
      return value ?? null;
    }
  };
}
