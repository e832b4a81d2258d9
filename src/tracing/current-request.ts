// Which request the work at hand belongs to, however deep it is: calls to the provider continue its trace.
//
// An AsyncLocalStorage costs 0.2 µs where it is entered and nothing for each await (Node 24).
import { AsyncLocalStorage } from 'node:async_hooks';
import { type RequestTrace, type TracedRequest, traceOf } from './trace-context.ts';

const requests = new AsyncLocalStorage<TracedRequest>();

/** Runs `work` as a part of the request; what it starts and does not wait for keeps belonging to it. */
export function asPartOf<Args extends unknown[], Result>(
  request: TracedRequest,
  work: (...args: Args) => Result,
  ...args: Args
): Result {
  return requests.getStore() === request ? work(...args) : requests.run(request, work, ...args);
}

/** The request that the work belongs to; null where no request caused it. */
export function currentRequest(): TracedRequest | null {
  return requests.getStore() ?? null;
}

/** Its trace. */
export function currentTrace(): RequestTrace | null {
  const request = requests.getStore();
  return request === undefined ? null : traceOf(request);
}
