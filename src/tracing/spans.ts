// Steps of a trace: recorded where an SDK is registered, and nothing but the work itself where there is none.
import { type Attributes, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { LatchkeyError } from '../errors.ts';
import { activeTracer, contextBelow } from './active-trace.ts';
import { currentTrace } from './current-request.ts';

/** Facts of a step. Never a secret, never a query of a URL. */
export type SpanFacts = Attributes;

/** Whether somebody records: what makes facts for a span asks first. */
export function isRecording(): boolean {
  return activeTracer() !== null;
}

/**
 * Runs `work` as a step of the trace. A failure is noted by its code alone: messages may name people.
 * @param kind - `client` for a call to somewhere else
 */
export function inSpan<T>(
  name: string,
  kind: 'internal' | 'client',
  facts: SpanFacts,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const tracer = activeTracer();
  if (tracer === null) return work(null);
  const options = { kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes: facts };
  return tracer.startActiveSpan(name, options, contextBelow(currentTrace()), async (span) => {
    try {
      return await work(span);
    } catch (thrown) {
      const code = thrown instanceof LatchkeyError ? thrown.code : 'failed';
      span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
      throw thrown;
    } finally {
      span.end();
    }
  });
}

/** Makes a function whose every call is a step. */
export function spanned<Args extends unknown[], Result>(
  name: string,
  work: (...args: Args) => Promise<Result> | Result,
): (...args: Args) => Promise<Result> {
  return async (...args) => inSpan(name, 'internal', {}, async () => work(...args));
}
