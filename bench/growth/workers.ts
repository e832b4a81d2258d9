// Workers: the app with one and with several worker processes, where the machine has cores for them and for the load.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tests/support/free-port.ts';
import { startMeasured, untilListening } from '../harness/child.ts';
import { cores } from '../harness/cores.ts';
import { getRequest, runLoad } from '../harness/load.ts';
import { servers } from '../harness/subjects.ts';
import { appEnvironment, runningOf, type World } from '../harness/world.ts';

/** Requests per second with one worker and with more. */
export interface WorkerScaling {
  readonly workers: number;
  readonly one: number;
  readonly many: number;
}

/** Null where the machine has too few cores: load and Redis need two of their own. */
export async function measureWorkers(
  world: World,
  workers: number,
  seconds: number,
): Promise<WorkerScaling | null> {
  if (workers < 2 || cores.count < workers + 2) return null;
  return { workers, one: await runWith(world, 1, seconds), many: await runWith(world, workers, seconds) };
}

async function runWith(world: World, workers: number, seconds: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-workers-'));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const { issuer, redis, secret } = world;
  const env = appEnvironment({ port, baseUrl, issuer, redisUrl: redis.url, folder, secret });
  // The load has core 1, Redis core 2; the workers have 0 and those from 3 on.
  const list = [0, ...Array.from({ length: workers - 1 }, (_, index) => index + 3)].join(',');
  const child = await startMeasured(
    servers.app.file,
    [],
    { ...env, WEB_CONCURRENCY: String(workers) },
    folder,
    list,
  );
  try {
    await untilListening(port);
    // The session of the other app: both sign cookies with the same secret and read the same Redis.
    const request = getRequest('/protected', { cookie: runningOf(world.running, 'app').cookie });
    const plan = { port, next: () => request, connections: 64, mark: async () => {} };
    // The last worker may still be starting when the first one listens, and each has code to compile.
    await runLoad({ ...plan, seconds: 4 * workers });
    const { requests, seconds: taken } = await runLoad({ ...plan, seconds });
    return requests / taken;
  } finally {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
