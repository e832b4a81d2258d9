// What verification comes to: a good token with everything a guard needs of it, or why it is none.

/** Claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** A token that passed every check. */
export interface GoodToken {
  readonly subject: string;
  readonly issuer: string;
  /** The client it was given to; null where it does not say. */
  readonly clientId: string | null;
  readonly scope: readonly string[];
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Seconds since the epoch; null where it does not say. */
  readonly authTime: number | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Frozen, without keys that reach a prototype. */
  readonly claims: Claims;
}

/** The outcome. `why` is a sentence for the caller, in characters that a header takes (RFC 6750 section 3). */
export type Verdict =
  | { readonly good: true; readonly token: GoodToken }
  | { readonly good: false; readonly why: string };

/** Refuses. */
export function refuse(why: string): Verdict & { readonly good: false } {
  return { good: false, why };
}

/** Seconds that two clocks may differ. */
export const toleranceSeconds = 30;

/** The last moment that a Date can hold, in seconds since the epoch. */
const lastSecond = 8_640_000_000_000;

/** A NumericDate of a claim, within what a Date can hold; null for anything else. */
export function secondsIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(value, lastSecond) : null;
}

/** A text with something in it; null for anything else. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The client that a token was given to, by the names that providers have for it. */
export function clientOf(claims: Claims): string | null {
  return textIn(claims.client_id) ?? textIn(claims.azp) ?? textIn(claims.cid) ?? textIn(claims.appid);
}
