// Reports what went wrong on our side or at a dependency while a route answered: nobody behind the router sees it.
import type { ErrorRequestHandler, Request } from 'express';
import { asLatchkeyError } from '../errors.ts';
import { type Emit, type EventContext, failureEvent } from '../events.ts';
import { currentRequest } from '../tracing/current-request.ts';

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

/** Makes the report of a provider whose certificate or handshake is not good; with the request that met it, if any. */
export function createReportTls(emit: Emit, contextOf: (req: Request) => EventContext) {
  return (place: string, reason: string): void => {
    const request = currentRequest() as Request | null;
    emit({ ...(request && contextOf(request)), type: 'provider_tls_failed', place, reason });
  };
}
