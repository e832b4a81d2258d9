// Userinfo that the sessions of one person share: sealed before it leaves, checked when it comes back, never waited for.
import type { UserinfoCache } from '../config/userinfo-cache.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/seal.ts';
import type { Emit } from '../events.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { SessionRecord } from './record.ts';

type Claims = Readonly<Record<string, unknown>>;
/** Whose claims they are. The provider gives what the scope allows, so only the same scope gets them. */
type Whose = Pick<SessionRecord, 'issuer' | 'subject' | 'scope'>;

/** Claims, and when they were fetched, in milliseconds since the epoch. */
export interface CachedClaims {
  readonly claims: Claims;
  readonly at: number;
}

/** The cache as sessions use it. Neither method ever rejects. */
export interface ClaimsCache {
  /** What is there about this person and is not due itself; asked only where the record's claims are. */
  read(record: SessionRecord): Promise<CachedClaims | null>;
  /** Keeps what has just been fetched, in the background. */
  write(whose: Whose, found: CachedClaims): void;
}

/** What using a cache needs. */
export interface ClaimsCacheParts {
  readonly cache: UserinfoCache | undefined;
  /** Seconds for which claims count as new; null: they are not kept. */
  readonly seconds: number | null;
  readonly sealer: Sealer;
  readonly limits: SessionLimits;
  readonly emit: Emit;
}

const deadlineMs = 500;
/** After a failure the cache is left alone for so long. */
const pauseMs = 2000;
/** Longer answers are fetched each time. */
const longestText = 32_768;

export function createClaimsCache({ cache, seconds, sealer, limits, emit }: ClaimsCacheParts): ClaimsCache {
  if (cache === undefined || seconds === null) return { read: async () => null, write: () => {} };
  let pausedUntil = 0;
  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T | null> => {
    if (performance.now() < pausedUntil) return null;
    try {
      return await inTime(Promise.try(call));
    } catch (thrown) {
      pausedUntil = performance.now() + pauseMs;
      const because = thrown instanceof Error ? thrown.message : 'it rejected without an error';
      emit({ type: 'userinfo_cache_failed', detail: `${what}: ${because}` });
      return null;
    }
  };

  return {
    async read(record) {
      const key = keyOf(record);
      const sealed = await attempt('get', () => cache.get(key));
      const text = typeof sealed === 'string' ? sealer.open('userinfo', sealed, key) : null;
      const found = text === null ? null : entryOf(text, record);
      // Whose own claims are due has older ones than that.
      return found !== null && limits.clock() - found.at < seconds * 1000 ? found : null;
    },
    write(whose, { claims, at }) {
      const { issuer, subject } = whose;
      const entry: Entry = { issuer, subject, scope: scopeOf(whose), claims, at };
      const text = JSON.stringify(entry);
      if (text.length > longestText) return;
      const key = keyOf(whose);
      void attempt('set', () => cache.set(key, sealer.seal('userinfo', text, key), seconds));
    },
  };
}

/** What is sealed. */
interface Entry extends CachedClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly scope: string;
}

function keyOf({ issuer, subject }: Whose): string {
  return sha256(JSON.stringify(['userinfo', issuer, subject]));
}

function scopeOf({ scope }: Whose): string {
  return [...scope].sort().join(' ');
}

/** Only this library's own seal opens, so the shape is known; whose claims they are is looked at all the same. */
function entryOf(text: string, record: SessionRecord): CachedClaims | null {
  const { issuer, subject, scope, claims, at } = JSON.parse(text) as Entry;
  const same = issuer === record.issuer && subject === record.subject && scope === scopeOf(record);
  return same && claims.sub === record.subject ? { claims, at } : null;
}

async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([call, over]);
  } finally {
    clearTimeout(timer);
  }
}
