// The log writer: few writes, nothing lost in a crash or to a slow reader, and no waiting for a reader that is gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLogWriter } from '../../../src/app/log-writer.ts';

/** Longer than a line waits for others. */
const gathered = () => wait(15);

/** A descriptor that takes so many bytes of each write, or fails. */
const descriptor = (answer: (bytes: Uint8Array) => number | string = (bytes) => bytes.length) => {
  const taken: string[] = [];
  const write = (_fd: number, bytes: Uint8Array): number => {
    const count = answer(bytes);
    if (typeof count === 'string') throw Object.assign(new Error(count), { code: count });
    taken.push(Buffer.from(bytes.subarray(0, count)).toString());
    return count;
  };
  return { taken, write };
};

describe('the log writer', () => {
  it('writes the lines of a few milliseconds together, in their order', async () => {
    const { taken, write } = descriptor();
    const log = createLogWriter(1, write);
    for (const line of ['a\n', 'b\n', 'c\n']) {
      log.write(line);
      await nextTurn();
    }
    expect(taken).toEqual([]);
    await gathered();
    expect(taken).toEqual(['a\nb\nc\n']);
  });

  it('writes a warning at once, with what was said before it', () => {
    const { taken, write } = descriptor();
    const log = createLogWriter(1, write);
    log.write('a\n');
    log.lastLevel = 40;
    log.write('warning\n');
    expect(taken).toEqual(['a\nwarning\n']);
  });

  it('goes on where a write ended in the middle of a character', async () => {
    const { taken, write } = descriptor((bytes) => Math.min(2, bytes.length));
    const log = createLogWriter(1, write);
    log.write('äöü…\n');
    await gathered();
    expect(taken).toHaveLength(5);
  });

  it('keeps lines for a reader that is behind, and gives them in order when it reads again', async () => {
    let isBehind = true;
    const { taken, write } = descriptor((bytes) => (isBehind ? 'EAGAIN' : bytes.length));
    const log = createLogWriter(1, write);
    log.write('a\n');
    await gathered();
    log.write('b\n');
    isBehind = false;
    await wait(30);
    expect(taken.join('')).toBe('a\nb\n');
  });

  it('drops everything once the reader is gone, and tries no more', async () => {
    let tries = 0;
    const { write } = descriptor(() => {
      tries += 1;
      return 'EPIPE';
    });
    const log = createLogWriter(1, write);
    for (let line = 0; line < 5; line += 1) {
      log.write('a\n');
      await gathered();
    }
    expect(tries).toBe(1);
  });

  it('drops what a full disk does not take, and writes again when there is room', async () => {
    let isFull = true;
    const { taken, write } = descriptor((bytes) => (isFull ? 'ENOSPC' : bytes.length));
    const log = createLogWriter(1, write);
    log.write('lost\n');
    await gathered();
    isFull = false;
    log.write('kept\n');
    await gathered();
    expect(taken).toEqual(['kept\n']);
  });
});

describe('a pipe that several processes write to', () => {
  it('takes whole lines, in pieces that it does not tear', async () => {
    const { taken, write } = descriptor();
    const log = createLogWriter(1, write, true);
    const lines = Array.from({ length: 60 }, (_, index) => `${'ä'.repeat(50 + index)}\n`);
    for (const line of lines) log.write(line);
    await gathered();
    expect(taken.join('')).toBe(lines.join(''));
    expect(taken.length).toBeGreaterThan(1);
    for (const piece of taken) {
      expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(4096);
      expect(piece.endsWith('\n')).toBe(true);
    }
  });

  it('takes a line that is longer by itself', async () => {
    const { taken, write } = descriptor();
    const log = createLogWriter(1, write, true);
    for (const line of ['short\n', `${'x'.repeat(9000)}\n`, 'short\n']) log.write(line);
    await gathered();
    expect(taken.map((piece) => piece.length)).toEqual([6, 9001, 6]);
  });
});

const source = new URL('../../../src/app/log-writer.ts', import.meta.url).href;
const start = (script: string) =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createLogWriter } from '${source}'; const log = createLogWriter(1); ${script}`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );

describe('the log of a process', () => {
  it.each([
    ['that throws', "throw new Error('out');"],
    ['that exits', 'process.exit(0);'],
    [
      'that says something while it exits',
      "process.on('exit', () => log.write('last\\n')); process.exit(0);",
    ],
    ['that is done', ''],
  ])('%s has its last line', async (_how, end) => {
    const child = start(`log.write('first\\n'); log.write('second\\n'); ${end}`);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    await once(child, 'close');
    expect(text).toBe(end.includes('last') ? 'first\nsecond\nlast\n' : 'first\nsecond\n');
  });

  it('ends although nobody reads it any more', async () => {
    const child = start(
      "process.on('SIGTERM', () => process.exit(7)); setInterval(() => log.write('x\\n'), 1); log.write('up\\n');",
    );
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await wait(20);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});
