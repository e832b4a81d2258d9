// The log: JSON lines by pino, and nothing secret in any of them. Those of requests are made in log-requests.ts.
import type { Request } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { systemClock } from '../directory.ts';
import type { AppEvent } from './app-event.ts';
import { createLogWriter } from './log-writer.ts';

/** The app's logger. */
export type Log = Logger;

const longestText = 500;
const standardOutput = 1;

/** Makes the logger. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
    hooks: { streamWrite: escapeTerminalCodes },
  };
  return pino(options, destination ?? createLogWriter(standardOutput));
}

let stampedAt = 0;
let stamp = '';

/** As pino's own `isoTime`; the lines of one millisecond share theirs. */
function timestamp(): string {
  const now = systemClock();
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = `,"time":"${new Date(now).toISOString()}"`;
  }
  return stamp;
}

/**
 * Makes a function that writes lines as the logger would, for what is logged on every request: JSON in one go takes a
 * third of what pino needs, field by field.
 */
export function quickLines(log: Log, message: string): (facts: object) => void {
  const bindings = JSON.stringify(log.bindings()).slice(1, -1);
  const head = bindings === '' ? '' : `,${bindings}`;
  const end = `,"msg":${JSON.stringify(message)}}\n`;
  return (facts) => {
    if (!log.isLevelEnabled('info')) return;
    const { [pino.symbols.streamSym]: stream } = log as unknown as { readonly [stream: symbol]: LineStream };
    if (stream === undefined) return;
    const line = `{"level":"info"${timestamp()}${head},${JSON.stringify(facts).slice(1, -1)}${end}`;
    stream.lastLevel = log.levels.values.info;
    stream.write(escapeTerminalCodes(line));
  };
}

/** Where lines go; the level says how urgent the next one is. */
interface LineStream {
  lastLevel?: number | undefined;
  write(line: string): void;
}

/** JSON escapes the older controls alone; terminals obey the C1 ones too, and some readers break lines at these. */
function escapeTerminalCodes(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Logs each event under its own name; what went wrong is a warning. */
export function logEvents(log: Log): (event: AppEvent) => void {
  return ({ type, traceId, spanId, ...facts }) => {
    const bad = /_failed$|_refused$|^claims_trimmed$|^rate_limited$/.test(type);
    // Under the names by which log systems find the trace.
    const trace = traceId === undefined ? {} : { trace_id: traceId, span_id: spanId };
    log[bad ? 'warn' : 'info']({ ...shortened(facts), ...trace }, type);
  };
}

/** The path without its query, shortened. JSON keeps control characters from forging lines. */
export function pathOf(req: Request): string {
  const { originalUrl: url } = req;
  const query = url.indexOf('?');
  return shorten(query === -1 ? url : url.slice(0, query));
}

/** Name, code, message and stack of an error and its causes; never its other properties, which may hold tokens. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: 'a value that is not an error' };
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const because = cause === undefined || depth > 2 ? {} : { cause: describeError(cause, depth + 1) };
  return { name, ...code, message: shorten(message), stack: stack?.slice(0, 2000), ...because };
}

function shortened(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? shorten(value) : value]),
  );
}

/** No text of a line is longer. */
export function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
