// Where a guard takes the credential from: the Authorization header, a cookie, or an app's own place.
import type { Request } from 'express';
import { cookieValues } from '../http/cookies.ts';
import { readCredential } from '../tokens/read-credential.ts';

/** Finds the token of a request; null when it carries none. */
export interface TokenGetter {
  (req: Request): string | null | Promise<string | null>;
  /** Set where the token comes in the Authorization header: latchkey reads it there, as a bearer credential. */
  readonly source?: 'authorization';
  /** The scheme in that header. Default: `Bearer`. */
  readonly scheme?: string;
}

/**
 * Takes the token from the Authorization header.
 * @param options - `scheme` is compared without regard to case; default `Bearer`
 */
export function authorizationToken(options: { readonly scheme?: string } = {}): TokenGetter {
  const scheme = options.scheme ?? 'Bearer';
  const getter = (req: Request): string | null => {
    const found = readCredential(req, { scheme, apiKeys: false });
    return found.kind === 'token' ? found.value : null;
  };
  return Object.assign(getter, { source: 'authorization' as const, scheme });
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
