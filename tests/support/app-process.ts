// The app as a process of its own, as `npm start` runs it: environment in, output and exit status out.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compiled } from './compiled.ts';
import { freePort } from './free-port.ts';

export interface AppProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Everything on stdout and stderr so far. */
  output(): string;
  errorOutput(): string;
  /** The log's lines; what is no JSON is left out. */
  logLines(): readonly Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves when the text stands in the output. */
  saying(text: string): Promise<void>;
}

export interface AppProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Files to load before the app, as with `node --import`. */
  readonly imports?: readonly string[];
  /** The working folder, where `.env` is looked for. Default: a new, empty one. */
  readonly cwd?: string;
  readonly dataDir?: string;
}

const main = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url));

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Two free ports in a row: the local provider takes the one after the app's. */
export const freePair = async (): Promise<number> => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = await freePort();
    if (port < 65_000 && (await isFree(port + 1))) return port;
  }
  throw new Error('no two free ports in a row');
};

/** Starts the process. It is not waited for: `saying('listening')` does that. */
export const startAppProcess = async (options: AppProcessOptions = {}): Promise<AppProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-app-'));
  const port = await freePair();
  const dataDir = options.dataDir ?? join(folder, 'data');
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, ...compiled, PORT: String(port), DATA_DIR: dataDir, ...options.env };
  const imports = (options.imports ?? []).flatMap((file) => ['--import', file]);
  const child: ChildProcess = spawn(process.execPath, [...imports, main], {
    cwd: options.cwd ?? folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithTests = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithTests);
  const seen = { all: '', errors: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    seen.all += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    seen.all += chunk.toString('utf8');
    seen.errors += chunk.toString('utf8');
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });

  return {
    url: `http://localhost:${port}`,
    port,
    dataDir,
    output: () => seen.all,
    errorOutput: () => seen.errors,
    logLines: () => seen.all.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : [])),
    signal: (name) => void child.kill(name),
    ended,
    async saying(text) {
      const deadline = Date.now() + 25_000;
      while (!seen.all.includes(text)) {
        if (isOver || Date.now() > deadline) throw new Error(`the app never said "${text}":\n${seen.all}`);
        await wait(20);
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGKILL');
      await ended;
      process.off('exit', killWithTests);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
