// The tables of a run: requests, logins, memory, where the time goes, growth.
import { middle, ratio } from '../harness/rounds.ts';
import { fixed, megabytes, table, whole } from './markdown.ts';
import type { Report } from './report.ts';

/** One request at 32 connections, with the ratios that count. */
export function requestTable({ subjects, results, redis }: Report): string {
  const head = [
    ...['server', 'req/s', 'of (a)', 'p50 ms', 'p99 ms', 'CPU µs', 'of (a)', 'of (b)'],
    ...['Redis commands', 'Redis bytes'],
  ];
  const rows = subjects.map(({ id, title }) => {
    const cost = redis.get(id);
    return [
      title,
      whole(middle(results, id, 32, 'requestsPerSecond')),
      fixed(ratio(results, [id, 'raw'], 32, 'requestsPerSecond'), 2),
      fixed(middle(results, id, 32, 'p50'), 2),
      fixed(middle(results, id, 32, 'p99'), 1),
      fixed(middle(results, id, 32, 'cpuMicros')),
      fixed(ratio(results, [id, 'raw'], 32, 'cpuMicros'), 2),
      fixed(ratio(results, [id, 'express-session'], 32, 'cpuMicros'), 2),
      cost === undefined || cost.commands < 0.01
        ? '0'
        : `${fixed(cost.commands, 0)} (${cost.names.join(', ').toUpperCase()})`,
      whole(Math.abs(cost?.bytes ?? 0)),
    ];
  });
  return table(head, rows);
}

/** The same at the other numbers of connections. */
export function connectionTable({ subjects, results, options }: Report): string {
  const others = options.connections.filter((count) => count !== 32);
  const head = [
    'server',
    ...others.flatMap((count) => [`req/s at ${count}`, 'of (a)', 'p50 ms', 'p99 ms', 'CPU µs']),
  ];
  const rows = subjects.map(({ id, title }) => [
    title,
    ...others.flatMap((count) => [
      whole(middle(results, id, count, 'requestsPerSecond')),
      fixed(ratio(results, [id, 'raw'], count, 'requestsPerSecond'), 2),
      fixed(middle(results, id, count, 'p50'), 2),
      fixed(middle(results, id, count, 'p99'), 1),
      fixed(middle(results, id, count, 'cpuMicros')),
    ]),
  ]);
  return table(head, rows);
}

const titles: Readonly<Record<string, string>> = {
  raw: '(a) node:http and Redis',
  'express-session': '(b) express-session',
  latchkey: 'latchkey, the library',
  'latchkey-claims': "latchkey, the ID token's claims alone",
  app: 'latchkey, the app',
  'eoc-redis': '(d) express-openid-connect, Redis',
  'eoc-cookie': '(d) express-openid-connect, cookie',
};

/** Whole logins, memory and sessions. */
export function serverTable({ memory, logins }: Report): string {
  const head = [
    ...['server', 'login: CPU ms', 'login: all ms', 'RSS idle MB', 'RSS loaded MB'],
    ...['session in Redis, bytes', 'Cookie header, bytes'],
  ];
  const rows = [...memory].map(([name, cost]) => [
    titles[name] ?? name,
    fixed(logins.get(name)?.cpuMs, 1),
    fixed(logins.get(name)?.totalMs, 1),
    megabytes(cost.idle),
    megabytes(cost.loaded),
    whole(cost.session),
    whole(cost.cookie),
  ]);
  return table(head, rows);
}

/** Shares of a profile. */
export function profileTable({ profiles }: Report, kind: 'parts' | 'functions', most: number): string {
  const ids = [...profiles.keys()];
  const columns = ids.map((id) => (profiles.get(id)?.[kind] ?? []).slice(0, most));
  const length = Math.max(0, ...columns.map((shares) => shares.length));
  const rows = Array.from({ length }, (_, index) =>
    columns.map((shares) => {
      const share = shares[index];
      return share === undefined ? '' : `${fixed(share.share * 100, 1)} % ${share.name}`;
    }),
  );
  return table(
    ids.map((id) => `${id}: ${kind}`),
    rows,
  );
}

/** Page and session by the number of sessions. */
export function growthTable({ growth }: Report): string {
  const head = ['sessions in Redis', 'page: CPU µs', 'of (a)', 'req/s', 'p99 ms', 'bytes per session'];
  const rows = growth.map((step) => [
    whole(step.sessions),
    fixed(step.cpuMicros),
    fixed(step.cpuMicros / step.baseCpuMicros, 2),
    whole(step.requestsPerSecond),
    fixed(step.p99, 1),
    whole(step.bytesPerSession),
  ]);
  return table(head, rows);
}
