// One metrics port for several processes: sums over all of them, and no fall when one of them ends.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import { startWorkerMetrics } from '../../src/app/metrics.ts';
import { freePort } from '../support/free-port.ts';

const script = fileURLToPath(new URL('../support/metrics-worker.ts', import.meta.url));
const metricsPort = await freePort();
const settings = { metricsPort, metricsHost: '127.0.0.1', baseUrl: 'http://localhost:3000' };
const together = await startWorkerMetrics(settings, createLog('silent'));
const scrape = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
const children: ChildProcess[] = [];
const start = (): ChildProcess => {
  const child = fork(script, { execArgv: [], stdio: 'ignore' });
  children.push(child);
  isConnectable(child);
  return child;
};
/** A child process says that it is connected by a property, a worker of a cluster by a method. */
const isConnectable = (child: ChildProcess) =>
  together?.add({
    isConnected: () => child.connected,
    send: (message) => child.send(message),
    on: (event, listener) => child.on(event, listener),
    once: (event, listener) => child.once(event, listener),
  });
const count = async (child: ChildProcess | undefined, logins: number): Promise<void> => {
  child?.send({ logins });
  for (;;) {
    const [message] = (await once(child as ChildProcess, 'message')) as [{ readonly counted?: number }];
    if (message.counted === logins) return;
  }
};
const figure = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1),
  );
const started = 'latchkey_logins_started_total{kind="login"}';

beforeAll(async () => {
  await Promise.all([start(), start()].map((child) => once(child, 'message')));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await together?.close();
});

it('adds up the counts and times of all workers', async () => {
  await Promise.all([count(children[0], 3), count(children[1], 4)]);
  const text = await scrape();
  expect(figure(text, started)).toBe(7);
  expect(figure(text, 'latchkey_store_seconds_count{operation="record_read",outcome="ok"}')).toBe(7);
  const bucket = 'latchkey_store_seconds_bucket{le="0.0025",operation="record_read",outcome="ok"}';
  expect(figure(text, bucket)).toBe(7);
  expect(text.match(/^# TYPE latchkey_store_seconds histogram$/gm)).toHaveLength(1);
  // Of two processes: one alone would need about half of it.
  expect(figure(text, 'process_resident_memory_bytes')).toBeGreaterThan(60e6);
  expect(figure(text, 'nodejs_eventloop_lag_seconds')).toBeLessThan(10);
});

it('keeps the counts of a worker that was killed, forgets its memory, and takes the next one in', async () => {
  const before = figure(await scrape(), 'process_resident_memory_bytes');
  const [first] = children;
  first?.kill('SIGKILL');
  await once(first as ChildProcess, 'exit');
  const text = await scrape();
  expect(figure(text, started)).toBe(7);
  expect(figure(text, 'process_resident_memory_bytes')).toBeLessThan(before * 0.8);
  const next = start();
  await once(next, 'message');
  await count(next, 5);
  expect(figure(await scrape(), started)).toBe(12);
});

it('does not wait for a worker that hangs: it counts with what it said last', async () => {
  children[1]?.send({ hang: 2500 });
  const from = performance.now();
  expect(figure(await scrape(), started)).toBe(12);
  expect(performance.now() - from).toBeLessThan(2000);
});
