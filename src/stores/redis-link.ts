// Keeps one live connection: opens it, notices when it is lost, and opens it anew until it is closed.
import { setTimeout as wait } from 'node:timers/promises';
import { createDeadline } from './deadline.ts';

/** The commands that sessions need; a connection to one server has them and so has one to a cluster. */
export interface RedisCommands {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, terms: SetTerms): Promise<string | null>;
  del(keys: string | string[]): Promise<number>;
  eval(script: string, call: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
  zRangeWithScores(key: string, from: number, to: number): Promise<{ value: string; score: number }[]>;
  zRem(key: string, member: string): Promise<number>;
  ping(): Promise<string>;
}

/** How long what is written lives. */
export interface SetTerms {
  readonly condition?: 'NX';
  readonly expiration: { readonly type: 'EX' | 'PX'; readonly value: number };
}

/** The way to Redis, whatever stands at its end. */
export interface RedisLink {
  /** Where commands go now; null while there is no connection. */
  readonly client: RedisCommands | null;
  /** Since when something is not reachable, as `performance.now()` counts; null when all is well. */
  readonly downSince: number | null;
  /** Resolves when the first attempt to connect has ended, well or not. */
  readonly tried: Promise<void>;
  /** What went through `client` says that it is of no use any more: look for another. */
  suspect(client: RedisCommands | null): void;
  close(): Promise<void>;
}

/** A connection that was opened. */
export interface OpenConnection<Client> {
  readonly client: Client;
  /** Waits for what is under way, and closes. */
  close(): Promise<unknown>;
  destroy(): void;
}

/** Opens one. `lost` is to be called once it is gone; what is not open by the signal is given up. */
export type OpenConnectionTo<Client> = (
  lost: (error: Error) => void,
  signal: AbortSignal,
) => Promise<OpenConnection<Client>>;

/** Milliseconds that one attempt may take, with everything that belongs to it. */
const openMs = 2000;
/** Milliseconds that what is under way gets when a connection is closed. */
export const closeMs = 1000;
/** A connection this young is not given up on suspicion: what is wrong is not the connection. */
const youngMs = 1000;

/** How long to wait before the next attempt: short for a second, so that a quick restart is hardly noticed. */
export const pauseBefore = (attempt: number): number => (attempt < 20 ? 50 : 500);

/** A kept connection. */
export interface KeptLink<Client> {
  readonly client: Client | null;
  readonly downSince: number | null;
  readonly tried: Promise<void>;
  suspect(client: Client | null): void;
  /** Lets go of what is open or being opened, and opens anew. */
  renew(): void;
  close(): Promise<void>;
}

/** Runs until it is closed. Failures are told to `report`. */
export function keepLink<Client>(
  open: OpenConnectionTo<Client>,
  report: (error: unknown) => void,
): KeptLink<Client> {
  const within = createDeadline(openMs);
  const closeWithin = createDeadline(closeMs);
  const closing = new AbortController();
  const { promise: tried, resolve: hasTried } = Promise.withResolvers<void>();
  let current: OpenConnection<Client> | null = null;
  let downSince: number | null = performance.now();
  let openedAt = 0;
  let attempt: AbortController | null = null;

  const tryOnce = async (): Promise<boolean> => {
    const mine = new AbortController();
    attempt = mine;
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const signal = AbortSignal.any([mine.signal, closing.signal]);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    let opened: OpenConnection<Client> | null = null;
    const lost = (error: Error) => {
      mine.abort(error);
      if (opened === null || current !== opened) return;
      report(error);
      renew();
    };
    const opening = open(lost, signal);
    // What opens too late for this attempt is let go.
    opening.then(
      (late) => void (signal.aborted && current !== late && late.destroy()),
      () => {},
    );
    try {
      opened = await within(Promise.race([opening, givenUp]));
      signal.throwIfAborted();
      current = opened;
      downSince = null;
      openedAt = performance.now();
      return true;
    } catch (error) {
      mine.abort();
      if (!closing.signal.aborted) report(error);
      return false;
    } finally {
      attempt = null;
    }
  };
  const connect = async () => {
    for (let count = 0; !closing.signal.aborted; count += 1) {
      const isOpen = await tryOnce();
      hasTried();
      if (isOpen) return;
      await wait(pauseBefore(count), undefined, { ref: false, signal: closing.signal }).catch(() => {});
    }
  };
  let isConnecting = false;
  const renew = () => {
    const last = current;
    current = null;
    downSince ??= performance.now();
    last?.destroy();
    attempt?.abort(new Error('given up for another server'));
    if (isConnecting) return;
    isConnecting = true;
    void connect().finally(() => {
      isConnecting = false;
    });
  };
  renew();

  return {
    get client() {
      return current === null ? null : current.client;
    },
    get downSince() {
      return downSince;
    },
    tried,
    suspect(client) {
      if (current === null || client !== current.client) return;
      if (performance.now() - openedAt > youngMs) renew();
    },
    renew,
    async close() {
      const last = current;
      current = null;
      closing.abort();
      hasTried();
      if (last !== null) await closeWithin(last.close()).catch(() => last.destroy());
    },
  };
}
