// The audit writer: behind requests, through an outage, never beyond its queue, and out at the stop.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { keepAuditDays } from '../../../src/app/audit-retention.ts';
import { type AuditWriterParts, createAuditWriter } from '../../../src/app/audit-writer.ts';
import { createLog } from '../../../src/app/log.ts';
import { LatchkeyError } from '../../../src/errors.ts';
import { memoryDirectory } from '../../support/memory-directory.ts';

const world = (more: Partial<AuditWriterParts> = {}) => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const { audit } = memoryDirectory();
  const state = { isAway: false, hangs: false, losesAnswers: false, refuses: '', calls: 0 };
  const writer = createAuditWriter({
    store: {
      async addAll(entries) {
        state.calls += 1;
        if (state.hangs) await new Promise(() => {});
        if (state.isAway || entries.some(({ actor }) => actor === state.refuses))
          throw new LatchkeyError('store_unavailable', { detail: 'not now' });
        await audit.addAll(entries);
        if (state.losesAnswers) throw new LatchkeyError('store_unavailable', { detail: 'too slow' });
      },
      async count(selection) {
        if (state.isAway || state.losesAnswers) throw new LatchkeyError('store_unavailable');
        return audit.count(selection);
      },
    },
    log,
    clock: () => 1_000_000,
    ...{ pauseMs: 2, gatherMs: 2 },
    ...more,
  });
  const entries = async () => {
    const page = { selection: {}, sortBy: 'at', direction: 'asc', offset: 0, count: 5000 } as const;
    return (await audit.list(page)).data;
  };
  const kept = async () => (await entries()).map(({ actor }) => actor);
  const event = (subject: string) => ({ type: 'login_succeeded', issuer: 'i', subject }) as const;
  const note = (subject: string) => writer.note(event(subject));
  const dropped = () => lines.filter(({ msg }) => msg === 'audit_entries_dropped').map(({ count }) => count);
  return { state, writer, entries, kept, event, note, dropped, lines };
};

describe('the audit writer', () => {
  it('returns before anything is written, writes many at once, and in the order of events', async () => {
    const { writer, kept, note, state } = world();
    const names = Array.from({ length: 450 }, (_, number) => `person-${number}`);
    for (const name of names) note(name);
    expect(state.calls).toBeLessThan(2);
    await writer.close();
    expect(await kept()).toEqual(names);
    expect(state.calls).toBe(3);
  });

  it('keeps what comes while the database is away and writes it when it is back, each once', async () => {
    const { state, kept, note, writer, dropped } = world();
    state.isAway = true;
    for (const name of ['a', 'b', 'c']) note(name);
    await vi.waitFor(() => expect(state.calls).toBeGreaterThan(7));
    expect(await kept()).toEqual([]);
    state.isAway = false;
    await vi.waitFor(async () => expect(await kept()).toEqual(['a', 'b', 'c']));
    await writer.close();
    expect(dropped()).toEqual([]);
  });

  it('does not write twice, nor wait for ever, where entries got in and the answer was lost', async () => {
    const { state, kept, note, writer, dropped } = world();
    state.losesAnswers = true;
    note('a');
    await vi.waitFor(() => expect(state.calls).toBeGreaterThan(1));
    state.losesAnswers = false;
    note('b');
    await vi.waitFor(async () => expect(await kept()).toEqual(['a', 'b']));
    await writer.close();
    expect(dropped()).toEqual([]);
  });

  it('gives up on an entry that a database which answers does not take, and on no other', async () => {
    const { state, kept, note, writer, dropped } = world();
    state.refuses = 'bad';
    for (const name of ['first', 'bad', 'good']) note(name);
    await vi.waitFor(async () => expect(await kept()).toEqual(['first', 'good']));
    await writer.close();
    expect(dropped()).toEqual([1]);
  });

  it('holds no more than it may, and counts in one line what it dropped', async () => {
    const { state, kept, note, writer, dropped, lines } = world({ mostWaiting: 3 });
    state.isAway = true;
    for (const name of ['a', 'b', 'c', 'd', 'e']) note(name);
    state.isAway = false;
    await writer.close();
    expect(await kept()).toEqual(['a', 'b', 'c']);
    expect(dropped()).toEqual([2]);
    expect(JSON.stringify(lines)).not.toContain('"d"');
  });

  it('ends in time at the stop when the database hangs, and counts what is lost', async () => {
    const { state, note, writer, dropped } = world();
    state.hangs = true;
    note('a');
    note('b');
    await writer.close(30);
    expect(dropped()).toEqual([2]);
    note('late');
    await turn();
    expect(state.calls).toBe(1);
  });

  it('tells whoever changes something whether it is written, and writes it later when it is not', async () => {
    const { state, kept, event, note, writer } = world({ pauseMs: 3_600_000, gatherMs: 3_600_000 });
    await writer.keep(event('at once'));
    note('key');
    await writer.kept();
    expect(await kept()).toEqual(['at once', 'key']);
    state.isAway = true;
    await expect(writer.keep(event('later'))).rejects.toMatchObject({ code: 'store_unavailable' });
    note('after it');
    await expect(writer.kept()).rejects.toMatchObject({ code: 'store_unavailable' });
    state.isAway = false;
    await writer.close();
    expect(await kept()).toEqual(['at once', 'key', 'later', 'after it']);
    await expect(writer.keep(event('too late'))).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(writer.kept()).resolves.toBeUndefined();
  });

  it('does not let one attacker with a network of IPv6 use up what is there for everybody', async () => {
    const { entries, writer } = world({ budget: { perKind: 5, perAddress: 3 } });
    const refuse = (ip: string) =>
      writer.note({ type: 'access_refused', code: 'unauthenticated', subject: null, path: '/', ip });
    for (let number = 1; number <= 100; number += 1) refuse(`2001:db8:0:7::${number.toString(16)}`);
    refuse('::ffff:192.0.2.9');
    await writer.close();
    const ips = (await entries()).map(({ action, ip, data }) => [action, ip, data?.count].join(' '));
    expect(ips.slice(0, 3)).toEqual([1, 2, 3].map((last) => `access_refused 2001:db8:0:7::${last} `));
    expect(ips.slice(3)).toEqual([
      'access_refused ::ffff:192.0.2.9 ',
      'events_left_out 2001:db8:0:7::/64 97',
    ]);
  });

  it('does not let an attacker fill the database, and says how many were left out of whom', async () => {
    const { entries, note, writer, dropped } = world({ budget: { perKind: 5, perAddress: 3 } });
    const refuse = (ip: string, count: number) => {
      for (let number = 0; number < count; number += 1)
        writer.note({ type: 'access_refused', code: 'unauthenticated', subject: null, path: '/', ip });
    };
    refuse('192.0.2.1', 100);
    refuse('192.0.2.2', 1);
    refuse('192.0.2.3', 3);
    for (let number = 0; number < 20; number += 1) note('not bounded');
    await writer.close();
    const all = await entries();
    const of = (name: string) => all.filter(({ action }) => action === name);
    expect(
      of('access_refused')
        .map(({ ip }) => ip?.at(-1))
        .join(''),
    ).toBe('11123');
    expect(of('login_succeeded')).toHaveLength(20);
    expect(of('events_left_out').map(({ ip, data }) => [ip, data?.of, data?.count])).toEqual([
      ['192.0.2.1', 'access_refused', 97],
      ['192.0.2.3', 'access_refused', 2],
    ]);
    expect(dropped()).toEqual([]);
  });
});

describe('the retention', () => {
  it('removes what is older than so many days, and tries again in an hour when it fails', async () => {
    vi.useFakeTimers();
    try {
      const day = 86_400_000;
      const swept: number[] = [];
      const failing = [true, false];
      const stop = keepAuditDays({
        audit: {
          sweep: async (before) => {
            swept.push(before);
            if (failing.shift()) throw new LatchkeyError('store_unavailable');
            return 1;
          },
        },
        ...{ days: 30, log: createLog('silent'), clock: () => 100 * day },
      });
      await vi.advanceTimersByTimeAsync(59_999);
      expect(swept).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(swept).toEqual([70 * day]);
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(swept).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(day - 1);
      expect(swept).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1);
      expect(swept).toHaveLength(3);
      await stop();
      await vi.advanceTimersByTimeAsync(3 * day);
      expect(swept).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
