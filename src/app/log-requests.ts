// One log line per request, when its answer is out.
import type { NextFunction, Request, Response } from 'express';
import { type EventContext, eventContext } from '../index.ts';
import { type Log, pathOf, quickLines, shorten } from './log.ts';

/** Told of each answer, with the seconds it took. */
type OnAnswer = (req: Request, res: Response, seconds: number) => void;

/** What is noted of a request when its answer is out. */
interface Answered {
  readonly tell: (answered: Answered) => void;
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
  const write = quickLines(log, 'request');
  const tell = (answered: Answered): void => {
    onAnswer?.(answered.req, answered.res, answered.ms / 1000);
    write(factsOf(answered));
  };
  return (req: Request, res: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    const context = eventContext(req);
    res.setHeader('X-Request-Id', context.requestId ?? '');
    res.on('close', () => note({ tell, req, res, context, ms: performance.now() - startedAt }));
    next();
  };
}

let answers: Answered[] = [];
let isWatched = false;

function note(one: Answered): void {
  if (answers.length === 0) setImmediate(tellAll);
  answers.push(one);
  // Whatever ends the process in this very turn: its last answers are in the log.
  if (!isWatched) process.on('exit', tellAll);
  isWatched = true;
}

function tellAll(): void {
  const all = answers;
  answers = [];
  for (const one of all) one.tell(one);
}

/** Of one shape whatever is known: what is undefined is not written. */
function factsOf({ req, res, context, ms }: Answered) {
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
