// One machine token for all processes: kept sealed in the cache, and fetched by whoever has the lock.
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCache } from '../config/token-cache.ts';
import { randomToken } from '../crypto/random.ts';
import type { Sealer } from '../crypto/seal.ts';
import { LatchkeyError } from '../errors.ts';
import { type HeldToken, readHeldToken, writeHeldToken } from './held-token.ts';

/** What one process wants when it needs a token. */
export interface TokenWish {
  /** Whether a token that another process fetched will do. */
  isUsable(held: HeldToken): boolean;
  /** A token that serves while another process fetches the next one; null: wait for it. */
  meanwhile(): HeldToken | null;
  fetch(): Promise<HeldToken>;
}

/** The shared token. */
export interface JointToken {
  /** Rejects as `fetch` does, and with `provider_unavailable` when nobody gets anywhere. */
  obtain(wish: TokenWish): Promise<HeldToken>;
  /** Removes it for all; rejects never. */
  remove(): Promise<void>;
}

/** What sharing needs. */
export interface JointTokenParts {
  readonly cache: TokenCache;
  readonly sealer: Sealer;
  /** Names the registration and what is asked for; holds no secret. */
  readonly key: string;
  readonly now: () => number;
  readonly report: (failure: unknown) => void;
}

const leaseMs = 10_000;
const pollMs = 50;
const longestWaitMs = 15_000;

/**
 * Shares the token. While the cache is away each process fetches its own: an outage of the cache must not become one
 * of everything that is called.
 */
export function createJointToken(parts: JointTokenParts): JointToken {
  const { cache, sealer, key, now, report } = parts;

  const read = async (): Promise<HeldToken | null> => {
    try {
      const sealed = await cache.read(key);
      const text = sealed === null ? null : sealer.open('machine', sealed, key);
      return text === null ? null : readHeldToken(text);
    } catch (failure) {
      report(failure);
      return null;
    }
  };
  const write = async (held: HeldToken): Promise<void> => {
    const seconds = Math.max(1, Math.ceil((held.endsAt - now()) / 1000));
    await cache.write(key, sealer.seal('machine', writeHeldToken(held), key), seconds).catch(report);
  };
  const take = async (owner: string): Promise<boolean | 'away'> => {
    try {
      return await cache.locks.take(key, owner, leaseMs);
    } catch (failure) {
      report(failure);
      return 'away';
    }
  };
  const fetchAndWrite = async ({ fetch }: TokenWish): Promise<HeldToken> => {
    const held = await fetch();
    await write(held);
    return held;
  };

  return {
    async obtain(wish) {
      const startedAt = performance.now();
      while (performance.now() - startedAt < longestWaitMs) {
        const owner = randomToken(12);
        const mine = await take(owner);
        if (mine === 'away') return wish.fetch();
        const extend = () => void cache.locks.extend(key, owner, leaseMs).catch(() => {});
        const extending = mine ? setInterval(extend, leaseMs / 3).unref() : undefined;
        try {
          // Read after the lock was asked for: whoever had it may just have written.
          const kept = await read();
          if (kept !== null && wish.isUsable(kept)) return kept;
          if (mine) return await fetchAndWrite(wish);
          const meanwhile = wish.meanwhile();
          if (meanwhile !== null) return meanwhile;
        } finally {
          clearInterval(extending);
          if (mine) await cache.locks.release(key, owner).catch(() => {});
        }
        await sleep(pollMs);
      }
      throw new LatchkeyError('provider_unavailable', { detail: 'nobody fetched a machine token in time' });
    },
    remove: () => cache.remove(key).catch(report),
  };
}
