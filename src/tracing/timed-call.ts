// Times a call for whoever listens, and makes it a step of the trace where somebody records.
import type { Span } from '@opentelemetry/api';
import type { CallKind, CallListener, CallOutcome } from '../config/call-listener.ts';
import { inSpan, isRecording, type SpanFacts } from './spans.ts';

/** Names a call and says who listens. */
export interface TimedCall<T = unknown> {
  readonly kind: CallKind;
  readonly operation: string;
  readonly facts: SpanFacts;
  readonly outcomeOf: (thrown: unknown) => CallOutcome;
  /** Default: whatever is returned is `ok`. */
  readonly outcomeOfResult?: (result: T) => CallOutcome;
  readonly listener: CallListener | undefined;
}

/** Does the work; where nobody listens that is all. */
export async function timeCall<T>(call: TimedCall<T>, work: (span: Span | null) => Promise<T>): Promise<T> {
  const { kind, operation, listener } = call;
  const startedAt = performance.now();
  let outcome: CallOutcome = 'ok';
  try {
    const result = await inSpan(`latchkey ${kind} ${operation}`, 'client', call.facts, work);
    outcome = call.outcomeOfResult?.(result) ?? 'ok';
    return result;
  } catch (thrown) {
    outcome = call.outcomeOf(thrown);
    throw thrown;
  } finally {
    reportCall(listener, kind, operation, outcome, startedAt);
  }
}

/** Tells the listener. A broken one breaks no request. */
export function reportCall(
  listener: CallListener | undefined,
  kind: CallKind,
  operation: string,
  outcome: CallOutcome,
  startedAt: number,
): void {
  try {
    listener?.(kind, operation, outcome, (performance.now() - startedAt) / 1000);
  } catch {
    // Measuring is for the operator; the request belongs to somebody else.
  }
}

const failed = (): CallOutcome => 'failed';

/** The named methods of a port, each of them timed; with nobody listening or recording they are called as they are. */
export function timedPort<Port extends object, Name extends keyof Port & string>(
  port: Port,
  kind: CallKind,
  prefix: string,
  names: readonly Name[],
  listener: CallListener | undefined,
): Pick<Port, Name> {
  const timed = names.map((name) => {
    // Looked up at each call: an embedding app may put another method in its place.
    const method: Method = (...args) => (port[name] as Method).apply(port, args);
    const operation = `${prefix}${name}`;
    const facts = { 'db.operation.name': name };
    const call: TimedCall = { kind, operation, facts, outcomeOf: failed, listener };
    const wrapped: Method = (...args) => {
      if (isRecording()) return timeCall(call, () => method(...args));
      if (listener === undefined) return method(...args);
      // Every page view comes by here: no more than one promise for the measuring.
      const startedAt = performance.now();
      const succeed = (result: unknown): unknown => {
        reportCall(listener, kind, operation, 'ok', startedAt);
        return result;
      };
      const fail = (thrown: unknown): never => {
        reportCall(listener, kind, operation, 'failed', startedAt);
        throw thrown;
      };
      let result: unknown;
      try {
        result = method(...args);
      } catch (thrown) {
        return Promise.reject(thrown).catch(fail);
      }
      // An app's own port may answer without a promise.
      return result instanceof Promise
        ? result.then(succeed, fail)
        : Promise.resolve(result).then(succeed, fail);
    };
    return [name, wrapped];
  });
  return Object.fromEntries(timed) as Pick<Port, Name>;
}

type Method = (...args: unknown[]) => Promise<unknown>;
