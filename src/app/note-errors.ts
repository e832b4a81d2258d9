// Writes errors down before they are answered.
import type { NextFunction, Request, Response } from 'express';
import { asLatchkeyError, eventContext } from '../index.ts';
import { type Log, pathOf } from './log.ts';

/** Writes down what went wrong on our side or at a dependency; a refusal is no news here. */
export function noteErrors(log: Log) {
  return (thrown: unknown, req: Request, _res: Response, next: NextFunction): void => {
    const error = asLatchkeyError(thrown);
    const { requestId, traceId, spanId } = eventContext(req);
    const trace = { trace_id: traceId, span_id: spanId };
    const facts = { requestId, ...trace, code: error.code, path: pathOf(req) };
    // An outage of a dependency has its own line already, and no stack that would help.
    if (error.code === 'internal_error') log.error({ ...facts, err: error }, 'error');
    next(error);
  };
}
