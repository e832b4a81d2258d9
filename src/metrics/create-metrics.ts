// The metrics of one process: listeners for what happens, and what a scrape is answered with.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';
import type { CallListener } from '../config/call-listener.ts';
import { type CountedEvent, countEvents } from './count-events.ts';
import { quickHistogram } from './quick-histogram.ts';
import { appRoutes, createRouteClass } from './route-class.ts';

/** What metrics take. */
export interface MetricsOptions {
  /** A registry of prom-client that the metrics join. Default: one of their own. */
  readonly register?: Registry;
  /** Adds memory, CPU, garbage collection and event-loop delay of the process. Default: false. */
  readonly process?: boolean;
  /** Path of the base URL, which route classes do not count. Default: none. */
  readonly basePath?: string;
  /** First steps of paths, such as `/reports`, and the route class each is counted under, beside latchkey's own. */
  readonly routes?: Readonly<Record<string, string>>;
}

/** The metrics. No label ever holds anything that a visitor or a provider chose. */
export interface Metrics {
  /** For `onEvent` of `createAuth`, `userApi` and `createAccounts`. */
  readonly onEvent: (event: CountedEvent) => void;
  /** For `onCall` of `createAuth`. */
  readonly onCall: CallListener;
  /** Counts an answer; `createMetrics` cannot see them by itself. */
  readonly onAnswer: (req: IncomingMessage, res: ServerResponse, seconds: number) => void;
  /** Express middleware that calls `onAnswer`; mount it first. */
  readonly requests: (req: IncomingMessage, res: ServerResponse, next: () => void) => void;
  /** What a scrape is answered with. */
  text(): Promise<string>;
  /** The same as data, for a process that adds up several. */
  snapshot(): Promise<readonly MetricObject[]>;
}

const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const statusClasses = ['other', '1xx', '2xx', '3xx', '4xx', '5xx'];

/** Makes the metrics. Two in one process need a registry each. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const register = options.register ?? new Registry();
  if (options.process === true) collectDefaultMetrics({ register });
  const routeClass = createRouteClass({ ...appRoutes, ...options.routes }, options.basePath);
  const histogram = (name: string, help: string, labels: readonly [string, string], buckets = quick) =>
    quickHistogram(register, { name: `latchkey_${name}_seconds`, help, labels, buckets });

  const requests = histogram('http_request', 'Answers by route class and status class', ['route', 'status']);
  const called = ['operation', 'outcome'] as const;
  const calls = {
    store: histogram('store', 'Commands to the session store', called),
    provider: histogram('provider', 'Calls to the provider', called, [...quick.slice(2), 10]),
    directory: histogram('directory', 'Questions to the directory of people', called),
    lock_wait: histogram('lock_wait', 'Waits for what another request is at', called, [
      ...quick.slice(4),
      15,
    ]),
  };

  const onAnswer: Metrics['onAnswer'] = (req, res, seconds) => {
    // Express shortens `url` below a mount path.
    const url = (req as { readonly originalUrl?: string }).originalUrl ?? req.url ?? '';
    const status = statusClasses[Math.trunc(res.statusCode / 100)] ?? 'other';
    requests(routeClass(url), res.writableFinished ? status : 'aborted', seconds);
  };
  return {
    onEvent: countEvents(register),
    onCall: (kind, operation, outcome, seconds) => calls[kind](operation, outcome, seconds),
    onAnswer,
    requests(req, res, next) {
      const startedAt = performance.now();
      res.on('close', () => onAnswer(req, res, (performance.now() - startedAt) / 1000));
      next();
    },
    text: () => register.metrics(),
    snapshot: () => register.getMetricsAsJSON(),
  };
}
