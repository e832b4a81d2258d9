// How a session record is written down: when it was last seen, the length of latchkey's part, that part, the app's.
import type { SessionData } from 'express-session';

/** The stamp stands first and has a fixed width, so that a touch can overwrite it without reading the rest. */
export const stampWidth = 13;
/** Bytes of latchkey's part as a number of fixed width, so that either part can be replaced without the other. */
export const lengthWidth = 6;
const headWidth = stampWidth + lengthWidth;

/** The stamp for a time in milliseconds since the epoch. */
export function stampOf(time: number): string {
  return String(Math.trunc(time)).padStart(stampWidth, '0');
}

/** latchkey's part with its length before it. */
export function writePart(latchkey: SessionData['latchkey']): string {
  const part = latchkey === undefined ? '' : JSON.stringify(latchkey);
  return String(Buffer.byteLength(part)).padStart(lengthWidth, '0') + part;
}

/** The record as text. */
export function writeSession(session: SessionData, now: number): string {
  const { seenAt: _, latchkey, ...app } = session;
  return stampOf(now) + writePart(latchkey) + JSON.stringify(app);
}

/** The record from text; null for anything that is not one, which counts as absent. */
export function readSession(text: string): SessionData | null {
  const seenAt = Number(text.slice(0, stampWidth));
  const end = headWidth + Number(text.slice(stampWidth, headWidth));
  const length = Buffer.byteLength(text);
  if (!Number.isInteger(seenAt) || !Number.isInteger(end) || end > length) return null;
  // The length is in bytes: where each character is one byte nothing has to be copied to cut there.
  const source = length === text.length ? text : Buffer.from(text);
  try {
    const app: unknown = JSON.parse(cut(source, end));
    if (typeof app !== 'object' || app === null || Array.isArray(app)) return null;
    const session = app as SessionData;
    if (end > headWidth) session.latchkey = JSON.parse(cut(source, headWidth, end));
    session.seenAt = seenAt;
    return session;
  } catch {
    return null;
  }
}

function cut(source: string | Buffer, from: number, to?: number): string {
  return typeof source === 'string' ? source.slice(from, to) : source.toString('utf8', from, to);
}

/** The stored text with the app's part and the stamp of `written`, and latchkey's part as it was. */
export function keepPart(stored: string, written: string): string {
  return written.slice(0, stampWidth) + partOf(stored) + restOf(written);
}

/** The stored text with latchkey's part replaced. */
export function replacePart(stored: string, part: string): string {
  return stored.slice(0, stampWidth) + part + restOf(stored);
}

function partOf(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.toString('utf8', stampWidth, headWidth + Number(text.slice(stampWidth, headWidth)));
}

function restOf(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.toString('utf8', headWidth + Number(text.slice(stampWidth, headWidth)));
}
