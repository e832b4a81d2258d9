// The door to metrics: what Prometheus reads of an app with latchkey in it. It brings prom-client along.

export type { Snapshot } from './metrics/add-up.ts';
export type { CountedEvent } from './metrics/count-events.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics/create-metrics.ts';
export { metricsHandler } from './metrics/serve.ts';
export {
  answerForMetrics,
  type MetricsWorker,
  type WorkerChannel,
  type WorkerMetrics,
  workerMetrics,
} from './metrics/workers.ts';
