// The session record: what latchkey knows about a signed-in person, and the check of what a store gives back.
import type { SessionData } from 'express-session';

declare module 'express-session' {
  interface SessionData {
    /** latchkey's own part of the session. Everything else in it belongs to the app. */
    latchkey?: SessionRecord;
    /** When the session was last written or touched, in milliseconds since the epoch. Kept by the store. */
    seenAt?: number;
  }
}

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
  const part: unknown = session?.latchkey;
  if (typeof part !== 'object' || part === null) return null;
  const record = part as Stored;
  // By hand, because every page view comes by here: a schema takes four times as long (docs/decisions/039).
  return hasTexts(record) && hasLists(record) && hasTimes(record) ? completed(record) : null;
}

/**
 * Puts a record into session data that a handler may hold already. A copy: what a handler writes there counts for
 * nobody's rights.
 */
export function putRecord(data: SessionData, record: SessionRecord): SessionData {
  return Object.assign(data, { latchkey: structuredClone(record) });
}

/** As it is written down: nothing of it is certain until it was looked at. */
type Stored = { readonly [Name in keyof SessionRecord]?: unknown };

function hasTexts(record: Stored): boolean {
  return (
    record.v === 1 &&
    typeof record.issuer === 'string' &&
    typeof record.subject === 'string' &&
    typeof record.device === 'string' &&
    typeof record.tokenHash === 'string' &&
    isTextOrNull(record.acr) &&
    isTextOrNull(record.providerSession) &&
    isTextOrNull(record.previousTokenHash) &&
    (record.place === undefined || isTextOrNull(record.place))
  );
}

function hasLists(record: Stored): boolean {
  const { user, local } = record;
  return (
    isObject(user) &&
    areTexts(record.scope) &&
    areTexts(record.permissions) &&
    areTexts(record.roles) &&
    areTexts(record.amr) &&
    (local === undefined ||
      local === null ||
      (isObject(local) && areTexts(local.permissions) && areTexts(local.roles)))
  );
}

function hasTimes(record: Stored): boolean {
  return (
    Number.isFinite(record.startedAt) &&
    Number.isFinite(record.tokenExpiresAt) &&
    Number.isFinite(record.previousUntil) &&
    (record.refreshAt === null || Number.isFinite(record.refreshAt)) &&
    (record.authTime === null || Number.isFinite(record.authTime)) &&
    (record.userAt === undefined || Number.isFinite(record.userAt))
  );
}

/** Versions before this one did not note all of it. */
function completed(record: Stored): SessionRecord {
  const known = record as SessionRecord & { readonly [Name in keyof SessionRecord]?: SessionRecord[Name] };
  if (known.userAt !== undefined && known.local !== undefined && known.place !== undefined) return known;
  return {
    ...known,
    // It was not before the login.
    userAt: known.userAt ?? known.startedAt,
    local: known.local ?? null,
    place: known.place ?? null,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
