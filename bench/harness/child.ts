// A Node process of the bench: held on its core, asked over IPC, its log read by a pipe as in a container.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Question } from '../servers/report-usage.ts';
import { cores, onCore } from './cores.ts';

/** What a process has used since its start. */
export interface Usage {
  readonly cpuMicros: number;
  readonly rss: number;
}

/** A started process. */
export interface Child {
  readonly pid: number;
  usage(): Promise<Usage>;
  ask(question: Question): Promise<unknown>;
  stop(): Promise<void>;
}

const reporter = new URL('../servers/report-usage.ts', import.meta.url).href;

/** Starts a server that is measured. Its standard output goes through a real pipe to a reader on the load's core. */
export async function startMeasured(
  file: URL,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
  core: number | string = cores.server,
): Promise<Child> {
  const pipe = join(folder, `log-${Math.random().toString(36).slice(2)}`);
  spawnSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe], { stdio: 'ignore' });
  const end = openSync(pipe, 'w');
  const command = onCore(core, process.execPath, ['--import', reporter, fileURLToPath(file), ...args]);
  const child = spawn(...command, {
    stdio: ['ignore', end, 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  });
  closeSync(end);
  const stop = async () => {
    await endOf(child);
    await endOf(reader);
  };
  return {
    pid: child.pid ?? 0,
    ask: (question) => askOf(child, question),
    usage: () => usageOf(child),
    stop,
  };
}

/** Starts a helper of the bench and gives what it says first. */
export async function startBeside(
  file: URL,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly said: unknown; stop(): Promise<void> }> {
  const child = spawn(...onCore(cores.others, process.execPath, [fileURLToPath(file)]), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, ...env },
  });
  const [said] = await once(child, 'message');
  return { said, stop: () => endOf(child) };
}

/** Waits until somebody listens. */
export async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await wait(25);
  }
  throw new Error(`nobody listens on port ${port} after 10 s`);
}

async function askOf(child: ChildProcess, question: Question): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(question);
  const [answer] = await answered;
  return answer;
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  return (await askOf(child, 'usage')) as Usage;
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
