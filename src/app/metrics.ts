// The metrics of the app: nothing of it is loaded unless METRICS_PORT is set.
import cluster from 'node:cluster';
import { listen } from '../index.ts';
import type { Metrics, MetricsWorker } from '../metrics.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** What the app tells of itself. */
export interface AppMetrics extends Pick<Metrics, 'onEvent' | 'onCall' | 'onAnswer'> {
  close(): Promise<void>;
}

type MetricsSettings = Pick<Settings, 'baseUrl' | 'metricsHost' | 'metricsPort'>;

const load = () => import('../metrics.ts');

/**
 * Counts from now on and opens the port; a worker of a cluster opens none and answers its first process. Null: metrics
 * are off.
 */
export async function startMetrics(settings: MetricsSettings, log: Log): Promise<AppMetrics | null> {
  if (settings.metricsPort === null) return null;
  const { answerForMetrics, createMetrics } = await load();
  const basePath = new URL(settings.baseUrl).pathname.replace(/\/+$/, '');
  const metrics = createMetrics({ process: true, basePath });
  if (!cluster.isWorker) {
    const close = await openPort(settings, () => metrics.text(), log);
    return { ...metrics, close };
  }
  answerForMetrics(metrics, process);
  return { ...metrics, close: async () => {} };
}

/** For the first process of a cluster: one port for all workers. Each worker has to be added when it starts. */
export async function startWorkerMetrics(
  settings: MetricsSettings,
  log: Log,
): Promise<{ add(worker: MetricsWorker): void; close(): Promise<void> } | null> {
  if (settings.metricsPort === null) return null;
  const { workerMetrics } = await load();
  const workers = workerMetrics();
  return { add: workers.add, close: await openPort(settings, workers.text, log) };
}

async function openPort(
  { metricsPort, metricsHost }: MetricsSettings,
  text: () => Promise<string>,
  log: Log,
): Promise<() => Promise<void>> {
  const { metricsHandler } = await load();
  const server = await listen(metricsHandler(text), metricsPort ?? 0, metricsHost);
  log.info({ host: metricsHost, port: server.port }, 'metrics_listening');
  return () => server.close(500);
}
