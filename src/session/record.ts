// The session record: what latchkey knows about a signed-in person, and the check of what a store gives back.
import type { SessionData } from 'express-session';
import { z } from 'zod';

declare module 'express-session' {
  interface SessionData {
    /** latchkey's own part of the session. Everything else in it belongs to the app. */
    latchkey?: SessionRecord;
    /** When the session was last written or touched, in milliseconds since the epoch. Kept by the store. */
    seenAt?: number;
  }
}

const texts = z.array(z.string());

// Zod keeps this and the type below the same; parsing guards against a record that something else wrote.
const schema = z.object({
  v: z.literal(1),
  issuer: z.string(),
  subject: z.string(),
  user: z.record(z.string(), z.unknown()),
  userAt: z.number().optional(),
  scope: texts,
  permissions: texts,
  roles: texts,
  // Records of the version before have none, and neither have those of an app without a directory.
  local: z.object({ permissions: texts, roles: texts }).nullable().default(null),
  acr: z.string().nullable(),
  amr: texts,
  authTime: z.number().nullable(),
  providerSession: z.string().nullable(),
  startedAt: z.number(),
  device: z.string(),
  // Records of the version before have none.
  place: z.string().nullable().default(null),
  tokenHash: z.string(),
  tokenExpiresAt: z.number(),
  refreshAt: z.number().nullable(),
  previousTokenHash: z.string().nullable(),
  previousUntil: z.number(),
});

/** What the directory gives a person beside what the provider gives them. */
export interface LocalAccess {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
}

/** What is kept per session: small, and without any token. */
export interface SessionRecord {
  readonly v: 1;
  readonly issuer: string;
  readonly subject: string;
  /** Userinfo: the claims about the person. */
  readonly user: Readonly<Record<string, unknown>>;
  /** When that was fetched, in milliseconds since the epoch. */
  readonly userAt: number;
  readonly scope: readonly string[];
  /** The provider's; what counts is these and those of `local`. */
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  /** The directory's; null where there is none. */
  readonly local: LocalAccess | null;
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** When the person authenticated at the provider, in seconds since the epoch; null when it did not say. */
  readonly authTime: number | null;
  /** The provider's `sid`. */
  readonly providerSession: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The user agent that signed in, shortened. */
  readonly device: string;
  /** Coarse place of the login, in words; never the address. */
  readonly place: string | null;
  /** SHA-256 of the access token whose cookie belongs to this session. */
  readonly tokenHash: string;
  /** Milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
  /** From when on the token is renewed, in milliseconds since the epoch; null where it cannot be. */
  readonly refreshAt: number | null;
  /** The token before the last refresh: requests that were under way still carry it. */
  readonly previousTokenHash: string | null;
  /** Until when it counts, in milliseconds since the epoch. */
  readonly previousUntil: number;
}

/** Half a minute before a token ends, or after three quarters of a life that is shorter than two minutes. */
export function refreshTime(now: number, expiresInSeconds: number): number {
  return now + Math.max(expiresInSeconds - 30, expiresInSeconds * 0.75) * 1000;
}

/** latchkey's part of a session, or null when there is none or it is not of the right shape. */
export function recordOf(session: SessionData | null | undefined): SessionRecord | null {
  const result = schema.safeParse(session?.latchkey);
  if (!result.success) return null;
  // A version before this one did not note when; it was not before the login.
  return { ...result.data, userAt: result.data.userAt ?? result.data.startedAt };
}
