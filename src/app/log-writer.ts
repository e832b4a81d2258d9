// Writes log lines to a file descriptor: those of a few milliseconds together, and all that is left at the exit.
import cluster from 'node:cluster';
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
/** What a pipe takes whole from several writers (PIPE_BUF of POSIX; on Linux 4096 bytes). */
const wholeBytes = 4096;
/** Bytes that are kept for a reader who is behind. */
const mostKept = 1_048_576;
/** How long a reader that takes nothing is waited for at the exit, in milliseconds. */
const lastWaitMs = 1000;
const retryMs = 10;

/**
 * Makes the writer. Warnings and errors go out at once with what was before them, so a crash right after leaves them
 * in the log. Nothing waits for a reader that is gone: what nobody can read any more is dropped.
 * @param write - as `fs.writeSync`, which is the default
 * @param isShared - other processes write to the same pipe: lines go out in pieces that are not torn. Default: whether
 *   this is a worker
 */
export function createLogWriter(
  fd: number,
  write: typeof writeBytes = writeBytes,
  isShared: boolean = cluster.isWorker,
): LogWriter {
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
        at += write(fd, bytes.subarray(at, isShared ? endOfPiece(bytes, at) : bytes.length));
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

/** Where the whole lines end that a pipe takes at once; a line that is longer goes alone. */
function endOfPiece(bytes: Buffer, start: number): number {
  if (bytes.length - start <= wholeBytes) return bytes.length;
  const last = bytes.lastIndexOf(newline, start + wholeBytes - 1);
  const end = last >= start ? last : bytes.indexOf(newline, start);
  return end === -1 ? bytes.length : end + 1;
}

const newline = 10;

function join(rest: Buffer | null, lines: string): Buffer {
  return rest === null ? Buffer.from(lines) : Buffer.concat([rest, Buffer.from(lines)]);
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
