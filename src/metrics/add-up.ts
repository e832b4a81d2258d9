// Adds up the metrics of several processes into one text, those of processes that are gone included.
import { AggregatorRegistry, type MetricObject } from 'prom-client';

/** What one process says. */
export type Snapshot = readonly MetricObject[];

/** The text of all of them together: counts and times are sums, the event-loop delay is an average. */
export function addUp(snapshots: readonly Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate(snapshots.map((one) => [...one])).metrics();
}

/**
 * What remains of a process that ended: its counts. Without them the sums would fall with each restart, and Prometheus
 * would take that for a beginning at zero and count everything again.
 */
export function remains(snapshot: Snapshot): Snapshot {
  // The types of prom-client say that this is a number; it is a word.
  return snapshot.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

/** Two remains as one, so that they do not pile up with each restart. */
export async function joinRemains(first: Snapshot, second: Snapshot): Promise<Snapshot> {
  return AggregatorRegistry.aggregate([[...first], [...second]]).getMetricsAsJSON();
}
