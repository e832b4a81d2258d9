// The provider's keys, and one that nobody may accept.
import { describeKey, type SigningKey } from '../../../src/testing/provider/keys.ts';

export {
  createSigningKey,
  type ProviderKeys,
  type SigningAlgorithm,
  type SigningKey,
  signCompact,
  signJwt,
} from '../../../src/testing/provider/keys.ts';

/** An RS256 key of 1024 bits, which nobody may accept (RFC 7518 section 3.3 asks for 2048). */
export const createWeakKey = async (): Promise<SigningKey> => {
  const publicExponent = new Uint8Array([1, 0, 1]);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent };
  return describeKey('RS256', await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
};
