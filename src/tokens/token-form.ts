// Tells a signed JWT from an encrypted one and from an opaque token, without believing anything it says.
import { decodeProtectedHeader } from 'jose';

/** What a token looks like. */
export type TokenForm = 'jwt' | 'encrypted' | 'opaque';

/** Looks at the form alone. Dots prove nothing: an opaque token may have them, so the first part must be a header. */
export function formOf(token: string): TokenForm {
  const parts = token.split('.', 6).length;
  if (parts !== 3 && parts !== 5) return 'opaque';
  try {
    const header = decodeProtectedHeader(token);
    if (typeof header.alg !== 'string') return 'opaque';
    return parts === 3 ? 'jwt' : 'encrypted';
  } catch {
    return 'opaque';
  }
}
