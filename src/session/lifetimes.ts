// How long a session lives: the idle limit since the last visit, the absolute limit since login.
import type { SessionData } from 'express-session';
import type { Clock } from '../clock.ts';
import type { SessionLifetimes } from '../config/session-stores.ts';

/** The two limits, in seconds. */
export interface SessionLimits {
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly clock: Clock;
}

/** What a store needs to know to give every key its time to live. */
export function createLifetimes(limits: SessionLimits): SessionLifetimes {
  return {
    now: limits.clock,
    secondsLeft(session) {
      const startedAt = session.latchkey?.startedAt;
      if (startedAt === undefined) return limits.idleSeconds;
      return Math.min(
        limits.idleSeconds,
        Math.ceil((absoluteEnd(startedAt, limits) - limits.clock()) / 1000),
      );
    },
  };
}

/** When the absolute limit ends the session, in milliseconds since the epoch. */
export function absoluteEnd(startedAt: number, limits: SessionLimits): number {
  return startedAt + limits.absoluteSeconds * 1000;
}

/** When the idle limit ends the session unless somebody visits, in milliseconds since the epoch. */
export function idleEnd(session: SessionData, limits: SessionLimits): number {
  return (session.seenAt ?? session.latchkey?.startedAt ?? 0) + limits.idleSeconds * 1000;
}

/** Whether either limit has passed. The store forgets ended sessions too; this holds when limits were shortened. */
export function isOver(session: SessionData, limits: SessionLimits): boolean {
  const startedAt = session.latchkey?.startedAt ?? 0;
  const now = limits.clock();
  return absoluteEnd(startedAt, limits) <= now || idleEnd(session, limits) <= now;
}

/** Whether a tenth of the idle time has passed since the last touch: only then a visit costs a write. */
export function isTouchDue(session: SessionData, limits: SessionLimits): boolean {
  return limits.clock() - (session.seenAt ?? 0) >= limits.idleSeconds * 100;
}
