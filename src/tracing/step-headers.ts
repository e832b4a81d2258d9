// The headers that carry a trace to the next service: of the step that is recorded, or of one that is not.
import type { Span } from '@opentelemetry/api';
import { type TraceContext, traceHeaders } from './trace-context.ts';

/** `traceparent`, and `tracestate` where there is one. */
export function stepHeaders(trace: TraceContext, span: Span | null): [name: string, value: string][] {
  if (span === null) return Object.entries(traceHeaders(trace));
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const flags = (traceFlags & 3).toString(16).padStart(2, '0');
  const state = traceState?.serialize() ?? (trace.traceId === traceId ? trace.state : null);
  const headers: [string, string][] = [['traceparent', `00-${traceId}-${spanId}-${flags}`]];
  if (state) headers.push(['tracestate', state]);
  return headers;
}
