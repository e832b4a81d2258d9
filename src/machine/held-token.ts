// A machine token and its times: when it is renewed, and until when it is served.
import { Secret } from '../crypto/secret.ts';

/** A token in hand. Times in milliseconds since the epoch. */
export interface HeldToken {
  readonly token: Secret;
  /** From here on a new one is fetched, behind the scenes while this one still serves. */
  readonly renewAt: number;
  /** From here on it is not served any more. */
  readonly endsAt: number;
}

/** Seconds a token counts as alive when the provider does not say: short, because a guess may be wrong. */
export const assumedLifeSeconds = 300;

const renewedAfter = 0.8;
const longestMarginMs = 10_000;

/**
 * Takes a token into the hand.
 * @param askedAt - when the request for it went out: its life began at the provider, not here
 */
export function holdToken(token: Secret, expiresInSeconds: number | null, askedAt: number): HeldToken {
  const lifeMs = (expiresInSeconds ?? assumedLifeSeconds) * 1000;
  // A call that goes out with it takes a while to arrive, and clocks differ.
  const marginMs = Math.min(longestMarginMs, lifeMs / 20);
  return { token, renewAt: askedAt + lifeMs * renewedAfter, endsAt: askedAt + lifeMs - marginMs };
}

/** As text, to be sealed. */
export function writeHeldToken({ token, renewAt, endsAt }: HeldToken): string {
  return JSON.stringify({ token: token.reveal(), renewAt, endsAt });
}

/** Reads what {@link writeHeldToken} made; null for anything else. */
export function readHeldToken(text: string): HeldToken | null {
  try {
    const { token, renewAt, endsAt } = JSON.parse(text) as Record<string, unknown>;
    if (typeof token !== 'string' || typeof renewAt !== 'number' || typeof endsAt !== 'number') return null;
    return { token: new Secret(token), renewAt, endsAt };
  } catch {
    return null;
  }
}
