// Reports what went wrong on our side or at a dependency while a route answered: nobody behind the router sees it.
import type { ErrorRequestHandler, Request } from 'express';
import { asLatchkeyError } from '../errors.ts';
import { type Emit, type EventContext, failureEvent } from '../events.ts';

/** Makes the reporting step. Refusals are no failure, and the callback has reported its own. */
export function createReportFailure(
  emit: Emit,
  contextOf: (req: Request) => EventContext,
): ErrorRequestHandler {
  return (thrown, req, _res, next) => {
    const error = asLatchkeyError(thrown);
    if (error.status >= 500) emit({ ...contextOf(req), ...failureEvent(error) });
    next(error);
  };
}
