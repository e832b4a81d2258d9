// How a session record is written down: thirteen digits of when it was last seen, then JSON.
import type { SessionData } from 'express-session';

/** The stamp stands first and has a fixed width, so that a touch can overwrite it without reading the rest. */
export const stampWidth = 13;

/** The stamp for a time in milliseconds since the epoch. */
export function stampOf(time: number): string {
  return String(Math.trunc(time)).padStart(stampWidth, '0');
}

/** The record as text. */
export function writeSession(session: SessionData, now: number): string {
  const { seenAt: _, ...content } = session;
  return stampOf(now) + JSON.stringify(content);
}

/** The record from text; null for anything that is not one, which counts as absent. */
export function readSession(text: string): SessionData | null {
  const seenAt = Number(text.slice(0, stampWidth));
  try {
    const content: unknown = JSON.parse(text.slice(stampWidth));
    if (
      !Number.isInteger(seenAt) ||
      typeof content !== 'object' ||
      content === null ||
      Array.isArray(content)
    )
      return null;
    return { ...content, seenAt } as SessionData;
  } catch {
    return null;
  }
}
