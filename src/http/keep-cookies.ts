// Looks after latchkey's cookies from when they are set until the headers go out: an app may overwrite the header.
import type { ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import { createNote } from '../request-notes.ts';

interface Kept {
  /** Name of the cookie to its whole line; the last one counts. */
  readonly lines: Map<string, string>;
  /** Lines that an answer which took too long goes out without. */
  withheld: { readonly lines: ReadonlySet<string>; readonly isOutdated: () => boolean } | null;
}

const kept = createNote<Kept>();

/**
 * Adds a Set-Cookie line that is not lost by `res.setHeader('Set-Cookie', …)` or `res.writeHead(200, { … })`.
 * Who takes the whole header away, or sets a cookie of that very name, means it: then the line stays away. So it does
 * where the app has made the answer one that proxies may keep: they would give the cookie to everybody.
 */
export function appendCookie(res: ServerResponse, name: string, line: string): void {
  res.appendHeader('Set-Cookie', line);
  keptOf(res).lines.set(name, line);
}

/**
 * Lets the lines that were added so far go out only if `isOutdated` does not say, at that moment, that the browser
 * has had newer ones by another answer meanwhile.
 */
export function withholdCookies(res: ServerResponse, isOutdated: () => boolean): void {
  const known = keptOf(res);
  known.withheld = { lines: new Set(known.lines.values()), isOutdated };
}

function keptOf(res: ServerResponse): Kept {
  const known = kept.get(res);
  if (known !== undefined) return known;
  const fresh: Kept = { lines: new Map(), withheld: null };
  kept.set(res, fresh);
  // Called for every way that headers go out: end, write, a pipe, flushHeaders, writeHead by hand.
  onHeaders(res, () => settle(res, fresh));
  return fresh;
}

function settle(res: ServerResponse, kept: Kept): void {
  const now = linesOf(res);
  if (now.length === 0) return;
  const dropped = droppedFrom(res, kept);
  const staying = now.filter((line) => !dropped.has(line));
  const names = new Set(now.map(nameOf));
  const lost = [...kept.lines].filter(([name, line]) => !names.has(name) && !dropped.has(line));
  if (lost.length > 0 || staying.length < now.length)
    write(res, [...staying, ...lost.map(([, line]) => line)]);
}

function droppedFrom(res: ServerResponse, { lines, withheld }: Kept): ReadonlySet<string> {
  if (mayBeShared(res)) return new Set(lines.values());
  return withheld?.isOutdated() === true ? withheld.lines : new Set();
}

/** RFC 9111 section 3: shared caches may keep an answer with cookies, unless Cache-Control says otherwise. */
function mayBeShared(res: ServerResponse): boolean {
  return !/\b(?:no-store|no-cache|private)\b/i.test(String(res.getHeader('Cache-Control') ?? ''));
}

function write(res: ServerResponse, lines: readonly string[]): void {
  if (lines.length === 0) res.removeHeader('Set-Cookie');
  else res.setHeader('Set-Cookie', lines);
}

function linesOf(res: ServerResponse): readonly string[] {
  const header = res.getHeader('Set-Cookie');
  return header === undefined ? [] : [header].flat().map(String);
}

function nameOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf('='))).trim();
}
