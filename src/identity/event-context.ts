// Which request an event belongs to: its id, where it came from, and its trace.
import type { Request } from 'express';
import type { EventContext } from '../events.ts';
import { clientAddress } from '../http/client-address.ts';
import { requestReference } from '../http/request-id.ts';
import { traceOf } from '../tracing/trace-context.ts';

/** The context of an event that this request causes. */
export function eventContext(req: Request): EventContext {
  const ip = clientAddress(req);
  const { traceId, spanId } = traceOf(req);
  const requestId = requestReference(req);
  return ip === undefined ? { requestId, traceId, spanId } : { requestId, ip, traceId, spanId };
}
