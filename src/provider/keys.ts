// The provider's signing keys: cached, fetched again for an unknown key at most once per cooldown.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import type { Clock } from '../clock.ts';
import { LatchkeyError } from '../errors.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import { translateError } from './translate-error.ts';

const cooldownMs = 30_000;
const freshForMs = 10 * 60_000;
const keptForMs = 60 * 60_000;

/** Verifies signatures with the provider's keys. */
export interface ProviderKeys {
  /** Verifies a JWT. Rejects with `id_token_invalid`, or with the failure to get the keys. */
  verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult>;
  /** The same for a token that may well be signed with keys from elsewhere: an unknown key causes no fetch. */
  verifyKnown(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult>;
}

/**
 * Makes the key source. jose counts its cooldown from the last fetch of any kind, which refuses the first login
 * after a rotation; here it runs from the last fetch that an unknown key caused. Keys serve 10 minutes without
 * being fetched again, and up to an hour while they cannot be.
 */
export function createProviderKeys(jwksUri: string, fetch: LimitedFetch, clock: Clock): ProviderKeys {
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    cacheMaxAge: freshForMs,
    cooldownDuration: Number.POSITIVE_INFINITY,
    [customFetch]: refusingOutages(fetch),
  });
  let forcedAt = Number.NEGATIVE_INFINITY;
  let forced: Promise<void> = Promise.resolve();
  let goodAt = Number.NEGATIVE_INFINITY;

  const select = async (header: JWTHeaderParameters, input: FlattenedJWSInput) => {
    try {
      const key = await remote(header, input);
      if (remote.fresh) goodAt = clock();
      return key;
    } catch (thrown) {
      if (thrown instanceof errors.JWKSNoMatchingKey) {
        if (clock() - forcedAt >= cooldownMs) {
          forcedAt = clock();
          forced = remote.reload();
        }
        // Whoever comes during or just after that fetch looks again too: a rotation locks nobody out.
        await forced;
        return remote(header, input);
      }
      const lastGood = remote.jwks();
      if (isOutage(thrown) && lastGood !== undefined && clock() - goodAt < keptForMs) {
        return createLocalJWKSet(lastGood)(header, input);
      }
      throw thrown;
    }
  };

  const verifyWith = async (source: JWTVerifyGetKey, token: string, options: JWTVerifyOptions) => {
    try {
      return await verifyWithAny(token, source, options);
    } catch (thrown) {
      throw translateError(thrown, 'keys');
    }
  };
  return {
    verify: (token, options) => verifyWith(select, token, options),
    verifyKnown: (token, options) => verifyWith(remote, token, options),
  };
}

/** jose tells a 500 from a 404 no better than from nonsense; the first is an outage that passes. */
function refusingOutages(fetch: LimitedFetch): LimitedFetch {
  return async (url, options) => {
    const response = await fetch(url, options);
    if (response.status < 500 && response.status !== 429) return response;
    throw new LatchkeyError('provider_unavailable', { detail: `keys: answered ${response.status}` });
  };
}

/** Whether the keys could not be fetched, as against: fetched, and none of them fits. */
function isOutage(thrown: unknown): boolean {
  return (
    !(thrown instanceof errors.JOSEError) ||
    ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(thrown.code)
  );
}

/** Without a `kid` several keys may fit: each is tried, and one that verifies is enough. */
async function verifyWithAny(
  token: string,
  select: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, select, options);
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    for await (const key of thrown) {
      try {
        return await jwtVerify(token, key, options);
      } catch (attempt) {
        // A key that cannot be used at all, such as an RSA key that is too short, throws a TypeError.
        const notThisKey =
          attempt instanceof errors.JWSSignatureVerificationFailed || attempt instanceof TypeError;
        if (!notThisKey) throw attempt;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
