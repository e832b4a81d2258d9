// latchkey as a client of other services: one access token of its own, fetched when needed and renewed in time.
import { sha256 } from '../crypto/digest.ts';
import { createSealer } from '../crypto/seal.ts';
import type { Secret } from '../crypto/secret.ts';
import { asLatchkeyError, type LatchkeyError } from '../errors.ts';
import { createClientCredentials } from '../provider/client-credentials.ts';
import { redisTokenCache } from '../stores/redis-token-cache.ts';
import { safely } from './events.ts';
import { type HeldToken, holdToken } from './held-token.ts';
import { createJointToken } from './joint-token.ts';
import { type MachineClientOptions, type MachineSettings, resolveMachineOptions } from './machine-options.ts';

/** A machine's own access token (RFC 6749 section 4.4). */
export interface MachineClient {
  /**
   * A token that is alive. Served from memory; past 80 % of its life it is renewed behind the scenes, and a renewal
   * that fails leaves it in use until it ends. Rejects with a LatchkeyError: `provider_unavailable` (503) when there is
   * none and the provider is away, `client_rejected` when the registration has to be mended,
   * `provider_response_invalid` for an answer that cannot be used.
   */
  token(): Promise<Secret>;
  /**
   * Another token in place of one that a service refused; null when there is none to be had now, or when one was
   * replaced within the last five seconds: a service that refuses every token must not make us fetch without end.
   */
  replace(refused: Secret): Promise<Secret | null>;
  /** Drops the token, here and in the shared cache; other processes go on with theirs until they renew it. */
  forget(): Promise<void>;
  /** Lets go of the connection to Redis. */
  close(): Promise<void>;
}

const firstPauseMs = 1000;
const longestPauseMs = 30_000;
const replacedAgainAfterMs = 5000;

/**
 * Makes the client. Nothing is fetched yet: a provider that is down does not stop the app from starting.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function createMachineClient(options: MachineClientOptions): MachineClient {
  const settings = resolveMachineOptions(options);
  const { issuer, clientId, clock } = settings;
  const emit = safely(options.onEvent);
  const ask = createClientCredentials(settings);
  const cache = settings.cache === null ? null : redisTokenCache(settings.cache.url, settings.cache.redis);
  const reportCache = (failure: unknown) =>
    emit({ type: 'token_cache_failed', detail: asLatchkeyError(failure).message });
  const shared =
    cache === null
      ? null
      : createJointToken({
          ...{ cache, now: clock, key: keyOf(settings), report: reportCache },
          sealer: createSealer(settings.cache?.secrets ?? []),
        });

  let current: HeldToken | null = null;
  let refused: string | null = null;
  let replacedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<HeldToken> | null = null;
  let paused: { readonly until: number; readonly ms: number; readonly error: LatchkeyError } | null = null;

  const fetch = async (): Promise<HeldToken> => {
    const askedAt = clock();
    const started = performance.now();
    const { accessToken, expiresInSeconds } = await ask();
    const ms = Math.round(performance.now() - started);
    const held = holdToken(accessToken, expiresInSeconds, askedAt);
    emit({ type: 'machine_token_fetched', issuer, clientId, expiresInSeconds, ms });
    return held;
  };
  const isRefused = ({ token }: HeldToken) => token.reveal() === refused;
  const wish = {
    isUsable: (held: HeldToken) => clock() < held.renewAt && !isRefused(held),
    meanwhile: () => (current !== null && clock() < current.endsAt && !isRefused(current) ? current : null),
    fetch,
  };
  const fail = (thrown: unknown): never => {
    const error = asLatchkeyError(thrown);
    const ms = Math.min(paused === null ? firstPauseMs : paused.ms * 2, longestPauseMs);
    const asked = (error.details.retryAfterSeconds ?? 0) * 1000;
    paused = { ms, error, until: clock() + Math.max(ms, Math.min(asked, longestPauseMs)) };
    emit({ type: 'machine_token_failed', issuer, clientId, code: error.code, detail: error.message });
    throw error;
  };
  /** One fetch for all who wait in this process, and after a failure none for a while. */
  const obtain = async (): Promise<HeldToken> => {
    if (underWay !== null) return underWay;
    if (paused !== null && clock() < paused.until) throw paused.error;
    underWay = (shared === null ? fetch() : shared.obtain(wish))
      .then((held) => {
        current = held;
        paused = null;
        return held;
      }, fail)
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };

  return {
    async token() {
      const now = clock();
      if (current === null || now >= current.endsAt) return (await obtain()).token;
      // Its failure is reported and paused for; this token still serves.
      if (now >= current.renewAt) obtain().catch(() => {});
      return current.token;
    },
    async replace(token) {
      const text = token.reveal();
      const another = () => (current !== null && current.token.reveal() !== text ? current.token : null);
      const known = another();
      if (known !== null) return known;
      if (clock() - replacedAt < replacedAgainAfterMs) return null;
      refused = text;
      try {
        // A renewal that was under way before may come to the refused token once more.
        for (let attempt = 0; attempt < 2 && another() === null; attempt += 1) await obtain();
        replacedAt = clock();
        return another();
      } catch {
        // Perhaps only that service refuses it: for the others it still serves.
        refused = null;
        return null;
      }
    },
    async forget() {
      refused = current?.token.reveal() ?? refused;
      current = null;
      await shared?.remove();
    },
    close: async () => cache?.close(),
  };
}

/** Clients with the same registration and wishes share a token, others never do. */
function keyOf({ issuer, clientId, parameters }: MachineSettings): string {
  const wishes = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([issuer, clientId, wishes]));
}
