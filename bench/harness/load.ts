// The load: keep-alive connections that each send the next request when the last one is answered.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What is sent, and to whom. */
export interface LoadPlan {
  readonly port: number;
  /** The next request as bytes; called once per request. */
  readonly next: () => Buffer;
  readonly connections: number;
  readonly seconds: number;
  /** Called when measuring begins and when it ends, while the load goes on. */
  readonly mark: () => Promise<void>;
}

/** What came back between the two marks. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds, in order of size. */
  readonly latencies: Float64Array;
}

const rampMs = 150;

/** A GET as bytes, with the headers of a browser that opens a page unless others are given. */
export const getRequest = (path: string, headers: Readonly<Record<string, string>>): Buffer => {
  const lines = Object.entries({
    host: '127.0.0.1',
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'accept-language': 'en',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
};

/**
 * Runs it. Rejects at the first answer that is not 200: a bench of failures says nothing.
 */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  let latencies: number[] = [];
  const stop = new AbortController();
  const failed = Promise.withResolvers<never>();
  const sockets = Array.from({ length: plan.connections }, () =>
    visit(plan, stop.signal, (ms) => void latencies.push(ms), failed.reject),
  );
  const measured = async (): Promise<LoadResult> => {
    await wait(Math.min(rampMs, plan.seconds * 1000));
    await plan.mark();
    latencies = [];
    const startedAt = performance.now();
    await wait(plan.seconds * 1000);
    const seconds = (performance.now() - startedAt) / 1000;
    const seen = latencies;
    latencies = [];
    await plan.mark();
    return { requests: seen.length, seconds, latencies: Float64Array.from(seen).sort() };
  };
  try {
    return await Promise.race([measured(), failed.promise]);
  } finally {
    stop.abort();
    await Promise.all(sockets.map((socket) => (socket.closed ? null : once(socket, 'close'))));
  }
}

/** So many requests, one after the other over one connection. */
export async function sendTimes(port: number, request: Buffer, times: number): Promise<void> {
  const stop = new AbortController();
  const failed = Promise.withResolvers<never>();
  let answered = 0;
  const count = (): void => {
    answered += 1;
    if (answered === times) stop.abort();
  };
  const socket = visit({ port, next: () => request }, stop.signal, count, failed.reject);
  await Promise.race([once(socket, 'close'), failed.promise]);
}

/** One connection; it ends after the answer that comes after the signal. */
function visit(
  plan: Pick<LoadPlan, 'port' | 'next'>,
  signal: AbortSignal,
  count: (ms: number) => void,
  fail: (error: Error) => void,
): Socket {
  const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true });
  let sentAt = 0;
  let rest: Buffer = Buffer.alloc(0);
  let wanted = 0;
  const send = (): void => {
    if (signal.aborted) return void socket.destroy();
    sentAt = performance.now();
    socket.write(plan.next());
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (wanted === 0) wanted = lengthOf(rest, fail);
    if (wanted === 0 || rest.length < wanted) return;
    count(performance.now() - sentAt);
    rest = rest.subarray(wanted);
    wanted = 0;
    send();
  });
  socket.on('error', fail);
  socket.on('end', () => signal.aborted || fail(new Error('the server closed a connection')));
  return socket;
}

/** Bytes of the whole answer; 0 while its head is not all there. */
function lengthOf(bytes: Buffer, fail: (error: Error) => void): number {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return 0;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200') || length === undefined) fail(new Error(`answered: ${head}`));
  return end + 4 + Number(length ?? 0);
}

/** A percentile of sorted values. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
