// Writes errors down before they are answered, and gives those of Express and its parsers a code.
import type { NextFunction, Request, Response } from 'express';
import { asLatchkeyError, LatchkeyError, requestReference } from '../index.ts';
import { type Log, pathOf } from './log.ts';

/** Writes down what went wrong on our side or at a dependency; a refusal is no news here. */
export function noteErrors(log: Log) {
  return (thrown: unknown, req: Request, _res: Response, next: NextFunction): void => {
    const error = asHttpError(thrown);
    const facts = { requestId: requestReference(req), code: error.code, path: pathOf(req) };
    if (error.status >= 500) log.error({ ...facts, err: error }, 'error');
    next(error);
  };
}

/** Errors of Express and its parsers carry a status; what is not ours to explain becomes a plain 4xx or a 500. */
function asHttpError(thrown: unknown): LatchkeyError {
  if (thrown instanceof LatchkeyError) return thrown;
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
  if (status === 404) return new LatchkeyError('not_found', { cause: thrown });
  if (status === 413) return new LatchkeyError('payload_too_large', { cause: thrown });
  if (status >= 400 && status < 500) return new LatchkeyError('request_malformed', { cause: thrown });
  return asLatchkeyError(thrown);
}
