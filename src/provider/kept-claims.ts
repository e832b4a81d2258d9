// The claims of a token that was checked when it came and has been kept sealed since.
import { decodeJwt } from 'jose';
import type { Secret } from '../crypto/secret.ts';
import type { Claims } from './login-result.ts';

/** Reads without checking anew: the keys that signed it may be gone by now. Never for a token from outside. */
export function claimsInKeptToken(token: Secret): Claims {
  return decodeJwt(token.reveal());
}
