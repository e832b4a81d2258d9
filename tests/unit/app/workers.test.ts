// Watching over workers: pauses that grow, a replacement before the old one goes, and when to give up.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishMs, pauseAfterDeaths, startMs, steadyMs } from '../../../src/app/workers.ts';
import { startWatch } from '../../support/worker-hands.ts';

/** All of them listening. */
const startReady = async (count = 2) => {
  const watch = startWatch(count);
  const started = watch.workers.start();
  await watch.at(1).beReady();
  expect(await started).toBeNull();
  for (let id = 2; id <= count; id += 1) await watch.at(id).beReady();
  return watch;
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('the start', () => {
  it('waits for the first worker before the others are started', async () => {
    const { workers, hands, at } = startWatch(3);
    const started = workers.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(hands).toHaveLength(1);
    await at(1).beReady();
    expect([await started, hands.length]).toEqual([null, 3]);
  });

  it('ends with what the first worker could not start with, and starts no other', async () => {
    const { workers, hands, at } = startWatch();
    const started = workers.start();
    await at(1).end({ status: 78 });
    await vi.advanceTimersByTimeAsync(120_000);
    expect([await started, hands.length]).toEqual([78, 1]);
  });

  it('ends one that hangs', async () => {
    const { workers, at } = startWatch();
    const started = workers.start();
    await vi.advanceTimersByTimeAsync(startMs - 1);
    expect(at(1).told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([at(1).told, await started]).toEqual([['kill'], 1]);
  });
});

describe('a worker that dies', () => {
  it('has a successor at once', async () => {
    const { hands, at, said } = await startReady();
    await at(2).end({ status: null, signal: 'SIGKILL' });
    expect(hands).toHaveLength(3);
    expect(said('worker_lost')).toMatchObject([{ worker: 2, pid: 1001, signal: 'SIGKILL', pauseMs: 0 }]);
  });

  it('again and again is started slower and slower, and each time is written down', async () => {
    const { hands, said } = await startReady(1);
    for (let death = 1; death <= 12; death += 1) {
      const before = hands.length;
      await hands.at(-1)?.end({ status: 1 });
      const pause = pauseAfterDeaths(death);
      if (pause > 0) {
        await vi.advanceTimersByTimeAsync(pause - 1);
        expect(hands).toHaveLength(before);
        await vi.advanceTimersByTimeAsync(1);
      }
      expect(hands).toHaveLength(before + 1);
    }
    const pauses = said('worker_lost').map(({ pauseMs }) => pauseMs);
    expect(pauses).toEqual([0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it('after it has served for a while counts from the beginning', async () => {
    const { hands, said } = await startReady(1);
    for (const _death of [1, 2, 3]) {
      await hands.at(-1)?.end({ status: 1 });
      await vi.advanceTimersByTimeAsync(1000);
    }
    await hands.at(-1)?.beReady();
    await vi.advanceTimersByTimeAsync(steadyMs);
    await hands.at(-1)?.end({ status: 1 });
    expect(said('worker_lost').at(-1)).toMatchObject({ pauseMs: 0 });
  });

  it('ends everything when the configuration is no good any more and nobody is left', async () => {
    const { workers, hands, at } = await startReady();
    const refused = vi.fn();
    void workers.refused.then(refused);
    await at(2).end({ status: 1 });
    await at(3).end({ status: 78 });
    await vi.advanceTimersByTimeAsync(1000);
    // The first still serves.
    expect([refused.mock.calls, hands.length]).toEqual([[], 4]);
    await at(4).end({ status: 78 });
    await at(1).end({ status: 1 });
    await at(5).end({ status: 78 });
    expect(refused).toHaveBeenCalledExactlyOnceWith(78);
  });
});

describe('a rolling restart', () => {
  it('tells each to finish when its successor listens, and has one more at the most', async () => {
    const { workers, hands, at } = await startReady();
    const rolled = workers.roll();
    await vi.advanceTimersByTimeAsync(0);
    expect([hands.length, at(1).told]).toEqual([3, []]);
    await at(3).beReady();
    expect([hands.length, at(1).told, at(2).told]).toEqual([3, ['finish, replaced'], []]);
    await at(1).end();
    expect(hands).toHaveLength(4);
    await at(4).beReady();
    await at(2).end();
    await rolled;
    expect([at(3).told, at(4).told, hands.length]).toEqual([[], [], 4]);
  });

  it('stops when a successor cannot start, and the old ones serve on', async () => {
    const { workers, hands, at, said } = await startReady();
    const rolled = workers.roll();
    await at(3).end({ status: 78 });
    await rolled;
    await vi.advanceTimersByTimeAsync(120_000);
    expect([hands.length, at(1).told, at(2).told]).toEqual([3, [], []]);
    expect(said('rolling_stopped')).toMatchObject([{ worker: 3, status: 78 }]);
  });

  it('asked for again meanwhile is done once more', async () => {
    const { workers, hands, at } = await startReady(1);
    const rolled = Promise.all([workers.roll(), workers.roll(), workers.roll()]);
    await at(2).beReady();
    await at(1).end();
    await at(3).beReady();
    await at(2).end();
    await rolled;
    expect(hands).toHaveLength(3);
  });

  it('leaves as many as there were where the old one dies before its successor listens', async () => {
    const { workers, hands, at } = await startReady(1);
    const rolled = workers.roll();
    await at(1).end({ status: 1 });
    // Its own successor, beside that of the restart.
    expect(hands).toHaveLength(3);
    await at(2).beReady();
    expect([at(2).told, at(3).told]).toEqual([[], ['finish, replaced']]);
    await at(3).end();
    await rolled;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(hands).toHaveLength(3);
  });
});

it('a restart that fills a place takes away the start that was to come there after a pause', async () => {
  const { workers, hands, at } = await startReady(1);
  await at(1).end({ status: 1 });
  await at(2).beReady();
  const rolled = workers.roll();
  await at(2).end({ status: 1 });
  await at(3).beReady();
  await rolled;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(hands).toHaveLength(3);
});

describe('the end', () => {
  it('tells all to finish, also one that just starts, and starts no other', async () => {
    const { workers, hands, at } = await startReady();
    void workers.roll();
    await vi.advanceTimersByTimeAsync(0);
    const stopped = workers.stop();
    expect(hands.map(({ told }) => told)).toEqual([['finish'], ['finish'], ['finish']]);
    for (const id of [1, 2, 3]) await at(id).end();
    await vi.advanceTimersByTimeAsync(120_000);
    expect([await stopped, hands.length]).toEqual([true, 3]);
  });

  it('kills those that do not finish in time', async () => {
    const { workers, at } = await startReady();
    const stopped = workers.stop();
    await at(1).end();
    await vi.advanceTimersByTimeAsync(finishMs);
    expect([await stopped, at(1).told, at(2).told]).toEqual([false, ['finish'], ['finish', 'kill']]);
  });
});
