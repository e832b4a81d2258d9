// Starts a real nginx for a test: with the configuration that is shipped, on free ports, in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createCertificate } from './certificate.ts';
import { requireProgram } from './programs.ts';

export interface TestNginx extends AsyncDisposable {
  /** The file with its certificate, for clients that are to trust it. */
  readonly certificateFile: string;
  /** What nginx itself had to say: nothing, if all is well. */
  errors(): string;
}

/** Where the nodes of the shipped configuration are, and on which ports it listens. */
export interface Places {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The nodes' ports. With one node both servers of the configuration are that one. */
  readonly nodes: readonly [number, ...number[]];
}

const shipped = new URL('../../deploy/nginx.conf', import.meta.url);
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Every place has to be there exactly once, or the tests would run something else than what is shipped. */
const putIn = (text: string, found: string, other: string): string => {
  if (text.split(found).length !== 2) throw new Error(`deploy/nginx.conf has not one "${found}"`);
  return text.replace(found, other);
};

/** The shipped configuration with nothing changed but places. */
export const shippedConfiguration = (places: Places, folder: string): string => {
  const { nodes, httpPort, httpsPort } = places;
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const changes: readonly (readonly [string, string])[] = [
    ['http {\n', `http {\n  ${paths}\n`],
    ['worker_processes auto;', 'worker_processes 2;'],
    ['app-1:3000', `127.0.0.1:${nodes[0]}`],
    ['app-2:3000', `127.0.0.1:${nodes[1] ?? nodes[0]}`],
    ['listen 80;', `listen 127.0.0.1:${httpPort};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${httpsPort} ssl;`],
    ['/etc/nginx/tls/fullchain.pem', `${folder}/fullchain.pem`],
    ['/etc/nginx/tls/privkey.pem', `${folder}/privkey.pem`],
  ];
  return changes.reduce((text, [found, other]) => putIn(text, found, other), readFileSync(shipped, 'utf8'));
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });

/** @param change - makes another configuration of the shipped one, such as one that is wrong on purpose */
export const startNginx = async (
  places: Places,
  change: (configuration: string) => string = (text) => text,
): Promise<TestNginx> => {
  const program = requireProgram('nginx');
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-nginx-'));
  const { cert, key } = createCertificate();
  writeFileSync(join(folder, 'fullchain.pem'), cert);
  writeFileSync(join(folder, 'privkey.pem'), key);
  writeFileSync(join(folder, 'nginx.conf'), change(shippedConfiguration(places, folder)));
  // As root its workers would be somebody who may not look into the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const globals = `daemon off; pid ${folder}/nginx.pid; error_log stderr warn; ${user}`;
  const server: ChildProcess = spawn(
    program,
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', globals],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const isUp = (): boolean => server.exitCode === null && server.signalCode === null;
  const exited = once(server, 'exit');
  // Its workers end with it: each notices that its channel is closed.
  const endWithTests = (): void => void server.kill('SIGTERM');
  process.once('exit', endWithTests);
  for (let attempt = 0; !(await accepts(places.httpsPort)); attempt += 1) {
    if (!isUp() || attempt > 400) throw new Error(`nginx did not start:\n${said}`);
    await wait(20);
  }
  return {
    certificateFile: join(folder, 'fullchain.pem'),
    errors: () => said,
    async [Symbol.asyncDispose]() {
      process.off('exit', endWithTests);
      if (isUp()) server.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
