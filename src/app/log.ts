// The log: JSON lines by pino, one per request and one per event, and nothing secret in any of them.
import type { NextFunction, Request, Response } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { systemClock } from '../directory.ts';
import { type EventContext, eventContext } from '../index.ts';
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

/** What is noted of a request when its answer is out. */
interface Answered {
  readonly to: { readonly log: Log; readonly onAnswer: OnAnswer | undefined };
  readonly req: Request;
  readonly res: Response;
  readonly context: EventContext;
  readonly ms: number;
}

/**
 * Logs each request when its answer is out. The query is left out: a callback's holds the authorization code. The
 * answers of one turn of the event loop are worked on together: the same code over and over is what a processor
 * does fastest.
 */
export function logRequests(log: Log, onAnswer?: OnAnswer) {
  const to = { log, onAnswer };
  return (req: Request, res: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    const context = eventContext(req);
    res.setHeader('X-Request-Id', context.requestId ?? '');
    res.on('close', () => {
      note({ to, req, res, context, ms: performance.now() - startedAt });
    });
    next();
  };
}

type OnAnswer = (req: Request, res: Response, seconds: number) => void;

let answered: Answered[] = [];
let isWatched = false;

function note(one: Answered): void {
  if (answered.length === 0) setImmediate(tellAll);
  answered.push(one);
  // Whatever ends the process in this very turn: its last answers are in the log.
  if (!isWatched) process.on('exit', tellAll);
  isWatched = true;
}

function tellAll(): void {
  const all = answered;
  answered = [];
  for (const { to, req, res, context, ms } of all) {
    to.onAnswer?.(req, res, ms / 1000);
    to.log.info(factsOf(req, res, context, ms), 'request');
  }
}

/** Of one shape whatever is known: what is undefined is not written. */
function factsOf(req: Request, res: Response, context: EventContext, ms: number) {
  const { requestId, ip, traceId, spanId } = context;
  return {
    requestId,
    method: req.method,
    path: pathOf(req),
    status: res.statusCode,
    ms: Math.round(ms * 10) / 10,
    ip,
    subject: req.auth ? shorten(req.auth.subject) : undefined,
    aborted: res.writableFinished ? undefined : true,
    trace_id: traceId,
    span_id: spanId,
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

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
