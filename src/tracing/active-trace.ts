// The only home of the OpenTelemetry API: what a registered SDK says, and nothing where there is none.
import {
  type Context,
  context,
  createContextKey,
  type ProxyTracerProvider,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { RequestTrace } from './trace-context.ts';

/** The tracer of a registered SDK; null where nobody records anything. */
export function activeTracer(): Tracer | null {
  // The API always hands out its proxy; only the proxy tells whether anything stands behind it.
  const provider = trace.getTracerProvider() as TracerProvider & Partial<ProxyTracerProvider>;
  if (provider.getDelegateTracer === undefined) return provider.getTracer('latchkey');
  return provider.getDelegateTracer('latchkey') ?? null;
}

/** Where an SDK stands in a trace at this moment; null where there is no SDK or no step under way. */
export function activeTrace(): RequestTrace | null {
  const found = trace.getSpanContext(context.active());
  if (found === undefined || !trace.isSpanContextValid(found)) return null;
  const { traceId, spanId, traceFlags, traceState } = found;
  const flags = (traceFlags & 3).toString(16).padStart(2, '0');
  return { traceId, spanId, parentId: null, flags, state: traceState?.serialize() || null };
}

// The key that instrumentations look at; the API leaves it to the SDK, which makes it by this name.
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs `work` so that an instrumented fetch adds no step and no header of its own to ours. */
export function untraced<T>(work: () => T): T {
  return context.with(context.active().setValue(suppressed, true), work);
}

/** Where a step begins: below the one under way, or below the one that sent this request. */
export function contextBelow(request: RequestTrace | null): Context {
  const active = context.active();
  if (request === null || request.parentId === null || trace.getSpanContext(active) !== undefined)
    return active;
  return trace.setSpanContext(active, {
    traceId: request.traceId,
    spanId: request.parentId,
    traceFlags: Number.parseInt(request.flags, 16),
    isRemote: true,
  });
}
