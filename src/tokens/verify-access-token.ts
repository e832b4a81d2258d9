// Verifies access tokens: a JWT by its signature, an opaque one by introspection, each kept by its digest.
import { errors } from 'jose';
import type { Clock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';
import { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import type { Provider } from '../provider/provider.ts';
import { whyNotActive } from './check-introspection.ts';
import { whyNoAccessToken } from './check-kind.ts';
import { createExpiringCache, createOneAtATime, type Found } from './expiring-cache.ts';
import { type LookUpGate, openGate } from './look-up-gate.ts';
import { formOf } from './token-form.ts';
import {
  type Claims,
  clientOf,
  type GoodToken,
  refuse,
  secondsIn,
  textIn,
  toleranceSeconds,
  type Verdict,
} from './verdict.ts';

/** What a token allows, by the configured claims. */
export interface TokenAccess {
  readonly scope: readonly string[];
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly amr: readonly string[];
  readonly claims: Claims;
}

/** What verification needs. */
export interface AccessTokenParts {
  readonly provider: Pick<Provider, 'issuer' | 'verifyJwt' | 'introspect'>;
  readonly clientId: string;
  readonly audiences: readonly string[];
  /** Whether the audience was configured, and is not only ours by default. */
  readonly audienceRequired: boolean;
  readonly typ: 'strict' | 'any';
  /** Claims that speak for an access token. */
  readonly marks: readonly string[];
  readonly introspection: 'opaque' | 'always' | 'never';
  /** The longest that an introspection answer is believed. */
  readonly introspectionSeconds: number;
  /** Tokens that are remembered at the same time. */
  readonly cacheSize: number;
  /** Reads what the claims allow. */
  readonly accessOf: (claims: Claims) => TokenAccess;
  readonly clock: Clock;
}

/**
 * Verifies an access token. Rejects with an outage, and with what the gate says before the provider is asked; what is
 * wrong with the token is in the verdict. At once where the token is known.
 */
export type VerifyAccessToken = (token: string, gate?: LookUpGate) => Promise<Verdict> | Verdict;

/** Seconds that an inactive opaque token is remembered: long enough for a client that asks in a loop. */
const inactiveSeconds = 5;
/** As for ID tokens (OpenID Connect Core section 2), in characters. */
const longestSubject = 255;

export function createVerifyAccessToken(parts: AccessTokenParts): VerifyAccessToken {
  const { clock } = parts;
  const good = createExpiringCache<Verdict>(parts.cacheSize, clock);
  // Apart, so that a flood of wrong tokens drives no good one out.
  const bad = createExpiringCache<Verdict>(parts.cacheSize, clock);
  const oneAtATime = createOneAtATime<Verdict>();
  return (token, gate = openGate) => {
    const key = sha256(token);
    const known = good.get(key) ?? bad.get(key);
    if (known !== undefined) return known;
    return oneAtATime(key, async () => {
      const asking = {
        ...parts,
        lookUp: () =>
          gate(
            key,
            () => lookUp(token, parts),
            ({ found }) => found.value.good,
          ),
      };
      const found = await look(token, asking);
      (found.value.good ? good : bad).set(key, found);
      return found.value;
    });
  };
}

/** Parts, and the look-up of this token. */
type AskingParts = AccessTokenParts & { readonly lookUp: () => ReturnType<typeof lookUp> };

async function look(token: string, parts: AskingParts): Promise<Found<Verdict>> {
  const form = formOf(token);
  if (form === 'encrypted') return forNow(refuse('The token is encrypted'));
  if (form === 'opaque') {
    if (parts.introspection === 'never') return forNow(refuse('The token is not a JWT'));
    return (await parts.lookUp()).found;
  }
  const signed = await verifySigned(token, parts);
  if (!signed.good) return forNow(signed);
  if (parts.introspection !== 'always') return { value: signed, until: signed.token.expiresAt };
  const { found, answer } = await parts.lookUp();
  if (!found.value.good) return found;
  if (isAbout(answer, signed.token)) {
    // What is signed says more than the answer does; the answer says that it still holds.
    return { value: signed, until: Math.min(found.until, signed.token.expiresAt) };
  }
  return forNow(refuse('The token is expired, revoked or unknown'));
}

/** A signature that is bad today may be good after a rotation, and checking it again costs nobody a call. */
function forNow(value: Verdict): Found<Verdict> {
  return { value, until: 0 };
}

async function verifySigned(token: string, parts: AccessTokenParts): Promise<Verdict> {
  try {
    const { header, claims } = await parts.provider.verifyJwt(token, parts.audiences);
    const nowSeconds = Math.floor(parts.clock() / 1000);
    const why = whyNoAccessToken({ ...header }, claims, { ...parts, nowSeconds });
    if (why !== null) return refuse(why);
    return goodToken(claims, secondsIn(claims.exp), parts);
  } catch (thrown) {
    if (!(thrown instanceof LatchkeyError) || thrown.code !== 'id_token_invalid') throw thrown;
    return refuse(inWords(thrown.cause));
  }
}

/** For the client's developer; nothing that came in the token is repeated. */
function inWords(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return 'The token is meant for another audience';
    if (cause.claim === 'iss') return 'The token is from another issuer';
    if (cause.reason === 'missing') return 'The token lacks a claim that an access token must have';
  }
  return 'The token could not be verified';
}

async function lookUp(
  token: string,
  parts: AccessTokenParts,
): Promise<{ readonly found: Found<Verdict>; readonly answer: Claims }> {
  const answer = await parts.provider.introspect(new Secret(token));
  // Nobody can say anything about it, now or later.
  if (answer === null) return { found: forNow(refuse('The token is not a JWT')), answer: {} };
  const now = parts.clock();
  const { issuer } = parts.provider;
  const why = whyNotActive(answer, { ...parts, issuer, nowSeconds: Math.floor(now / 1000) });
  if (why !== null) return { found: { value: refuse(why), until: now + inactiveSeconds * 1000 }, answer };
  const keptUntil = now + parts.introspectionSeconds * 1000;
  // A client that acts for itself is the subject (RFC 9068 section 2.2); an answer may leave it out.
  const claims = { iss: issuer, ...answer, sub: answer.sub ?? clientOf(answer) };
  const value = goodToken(claims, secondsIn(answer.exp) ?? keptUntil / 1000, parts);
  const until = value.good ? Math.min(keptUntil, value.token.expiresAt) : now + inactiveSeconds * 1000;
  return { found: { value, until }, answer };
}

/** An answer need not repeat the subject, but it must not name another one. */
function isAbout(answer: Claims, token: GoodToken): boolean {
  return (answer.sub ?? token.subject) === token.subject;
}

function goodToken(claims: Claims, expiresAtSeconds: number | null, parts: AccessTokenParts): Verdict {
  const clientId = clientOf(claims);
  const subject = textIn(claims.sub);
  if (subject === null || subject.length > longestSubject || expiresAtSeconds === null) {
    return refuse('The token has no usable subject');
  }
  const authTime = secondsIn(claims.auth_time);
  return {
    good: true,
    token: {
      ...parts.accessOf(claims),
      subject,
      issuer: parts.provider.issuer,
      clientId,
      acr: textIn(claims.acr),
      // A login in the future is no fresh one: it would stay fresh for as long as it likes.
      authTime: authTime === null || authTime > parts.clock() / 1000 + toleranceSeconds ? null : authTime,
      expiresAt: expiresAtSeconds * 1000,
    },
  };
}
