// A histogram for what happens on every request: prom-client's own needs a microsecond for each value, this one a tenth.
import type { MetricValueWithName, Registry } from 'prom-client';

/** Takes values under two labels, each from a fixed set. */
export type Observe = (first: string, second: string, seconds: number) => void;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** How many values fell into each bucket, the last one being everything above. */
  readonly counts: Float64Array;
  sum: number;
}

/** What a histogram is. */
export interface QuickHistogram {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly [string, string];
  /** Upper bounds in seconds, rising. */
  readonly buckets: readonly number[];
}

/** Makes it and registers it; what it shows is made at each scrape. */
export function quickHistogram(register: Registry, { name, help, labels, buckets }: QuickHistogram): Observe {
  const byFirst = new Map<string, Map<string, Series>>();
  const all: Series[] = [];

  const seriesOf = (first: string, second: string): Series => {
    let bySecond = byFirst.get(first);
    if (bySecond === undefined) {
      bySecond = new Map();
      byFirst.set(first, bySecond);
    }
    let series = bySecond.get(second);
    if (series === undefined) {
      const own = { [labels[0]]: first, [labels[1]]: second };
      series = { labels: own, counts: new Float64Array(buckets.length + 1), sum: 0 };
      bySecond.set(second, series);
      all.push(series);
    }
    return series;
  };

  const get = async () => {
    const values = all.flatMap((series) => shown(name, series, buckets));
    return { name, help, type: 'histogram', values, aggregator: 'sum' };
  };
  // A registry asks its metrics for `name` and `get` alone; its types want one of prom-client's own classes.
  register.registerMetric({ name, get } as unknown as Parameters<Registry['registerMetric']>[0]);

  return (first, second, seconds) => {
    const series = seriesOf(first, second);
    let at = 0;
    while (at < buckets.length && seconds > (buckets[at] ?? 0)) at += 1;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.sum += seconds;
  };
}

/** As the text format wants it: buckets that include the ones before, then sum and count. */
function shown(name: string, { labels, counts, sum }: Series, buckets: readonly number[]) {
  let total = 0;
  const values: MetricValueWithName<string>[] = [];
  for (const [at, count] of counts.entries()) {
    total += count;
    const le = buckets[at] ?? '+Inf';
    values.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: total });
  }
  values.push({ metricName: `${name}_sum`, labels, value: sum });
  values.push({ metricName: `${name}_count`, labels, value: total });
  return values;
}
