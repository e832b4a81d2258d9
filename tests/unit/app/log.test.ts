// The log takes from an error what explains it, and nothing that an error may carry along.
import { describe, expect, it } from 'vitest';
import { createLog, type Log, quickLines } from '../../../src/app/log.ts';

const logged = (facts: object, level = 'trace'): Record<string, unknown> => {
  const lines: string[] = [];
  createLog(level, { write: (line: string) => void lines.push(line) }).error(facts, 'error');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
};

describe('an error in the log', () => {
  it('AT-05: is its name, code, message, stack and causes, without its other properties', () => {
    const inner = Object.assign(new Error('inner'), {
      code: 'INNER',
      response: { access_token: 'secret-1' },
    });
    const cause = Object.assign(new TypeError('middle', { cause: inner }), { body: 'secret-2' });
    const error = Object.assign(new Error('outer', { cause }), { headers: { cookie: 'secret-3' } });
    const line = logged({ err: error });
    expect(JSON.stringify(line)).not.toContain('secret-');
    expect(line.err).toMatchObject({
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('log.test.ts'),
      cause: { name: 'TypeError', message: 'middle', cause: { code: 'INNER', message: 'inner' } },
    });
  });

  it('AT-05: that is no error is not printed: it may be anything', () => {
    for (const thrown of ['secret-4', { token: 'secret-5' }, ['secret-6']])
      expect(JSON.stringify(logged({ err: thrown }))).not.toContain('secret-');
  });

  it('AT-04d: is cut to a length, however long and deep it is', () => {
    let error = new Error('x'.repeat(100_000));
    for (let depth = 0; depth < 50; depth += 1) error = new Error('y'.repeat(100_000), { cause: error });
    expect(JSON.stringify(logged({ err: error })).length).toBeLessThan(15_000);
  });

  it('says when in UTC, and how bad in a word', () => {
    expect(logged({})).toMatchObject({
      level: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
    });
  });
});

describe('a line that is made quickly', () => {
  const strange = '"\\\u0007\u001b[31m\u007f\u009b\u2028\ud800 ä 🏠 {"level":"error"}\n';
  const facts = {
    requestId: 'one',
    path: strange,
    status: 200,
    ms: 0.1,
    ip: undefined,
    aborted: true,
    trace_id: 'x'.repeat(120),
  };
  const bothWays = (log: (destination: { write(line: string): void }) => Log) => {
    const lines: string[] = [];
    const logger = log({ write: (line) => void lines.push(line.replace(/"time":"[^"]+"/, '"time":"now"')) });
    logger.info(facts, 'request');
    quickLines(logger, 'request')(facts);
    return lines;
  };

  it.each([
    ['by itself', (to: { write(line: string): void }) => createLog('info', to)],
    ['of a worker', (to: { write(line: string): void }) => createLog('info', to).child({ worker: 2 })],
  ])('%s is the very one that pino makes', (_whose, log) => {
    const [slow, quick] = bothWays(log);
    expect(quick).toBe(slow);
    expect(JSON.parse(quick ?? '')).toMatchObject({ level: 'info', path: strange, msg: 'request' });
  });

  it('is not written where the level says so', () => {
    expect(bothWays((to) => createLog('warn', to))).toEqual([]);
    expect(() => quickLines(createLog('silent'), 'request')(facts)).not.toThrow();
  });

  it('is no warning, whatever was written before it', () => {
    const levels: unknown[] = [];
    const to = {
      [Symbol.for('pino.metadata')]: true as const,
      lastLevel: 0,
      write: () => void levels.push(to.lastLevel),
    };
    const log = createLog('info', to);
    log.warn('first');
    quickLines(log, 'request')(facts);
    expect(levels).toEqual([40, 30]);
  });
});
