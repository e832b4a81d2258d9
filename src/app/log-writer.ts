// Writes log lines to a file descriptor: those of a few milliseconds together, and all that is left at the exit.
import { writeSync } from 'node:fs';

/** Where pino writes to; the symbol makes it note the level of each line. */
export interface LogWriter {
  readonly [metadata]: true;
  lastLevel?: number;
  write(line: string): void;
}

const metadata = Symbol.for('pino.metadata');
const warning = 40;
/** Characters that are not kept waiting: half of what a pipe on Linux holds. */
const mostAtOnce = 32_768;
/** How long a line waits for others, in milliseconds. Each write wakes a reader, which costs more than the line. */
const gatherMs = 10;
/** Bytes that are kept for a reader who is behind. */
const mostKept = 1_048_576;
/** How long a reader that takes nothing is waited for at the exit, in milliseconds. */
const lastWaitMs = 1000;
const retryMs = 10;

/**
 * Makes the writer. Warnings and errors go out at once with what was before them, so a crash right after leaves them
 * in the log. Nothing waits for a reader that is gone: what nobody can read any more is dropped.
 * @param write - as `fs.writeSync`, which is the default
 */
export function createLogWriter(fd: number, write: typeof writeBytes = writeBytes): LogWriter {
  let lines = '';
  let rest: Buffer | null = null;
  let isPlanned = false;
  let isAtExit = false;
  let isGone = false;

  const flush = (): void => {
    isPlanned = false;
    const bytes = join(rest, lines);
    lines = '';
    rest = isGone ? null : writeAll(bytes);
    // The reader is behind: once more in a moment, and more lines are taken meanwhile.
    if (rest !== null) plan(retryMs);
  };

  /** What could not be written, because the reader is behind. */
  const writeAll = (bytes: Buffer): Buffer | null => {
    const startedAt = performance.now();
    for (let at = 0; at < bytes.length; ) {
      try {
        at += write(fd, bytes.subarray(at));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') {
          const isFull = bytes.length - at > mostKept;
          const mayWait = isAtExit ? performance.now() - startedAt < lastWaitMs : isFull;
          if (!mayWait) return bytes.subarray(at);
          // As a blocking pipe would: a log that is not read holds up who writes it, and loses nothing.
          pause(retryMs);
        } else if (code !== 'EINTR') {
          isGone = code === 'EPIPE';
          return null;
        }
      }
    }
    return null;
  };

  const plan = (ms: number): void => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(flush, ms).unref();
  };

  const atExit = (): void => {
    isAtExit = true;
    flush();
  };

  let isWatched = false;
  return {
    [metadata]: true,
    write(line) {
      if (!isWatched) process.on('exit', atExit);
      isWatched = true;
      lines += line;
      // Nothing comes after the exit that would write it.
      if (isAtExit || lines.length >= mostAtOnce || (this.lastLevel ?? 0) >= warning) flush();
      else plan(gatherMs);
    },
  };
}

function writeBytes(fd: number, bytes: Uint8Array): number {
  return writeSync(fd, bytes);
}

function join(rest: Buffer | null, lines: string): Buffer {
  return rest === null ? Buffer.from(lines) : Buffer.concat([rest, Buffer.from(lines)]);
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
