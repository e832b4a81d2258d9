// A whole soak: starts everything, lets people and garbage in, kills in between, and judges at the end.
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Check, judge } from './checks.ts';
import { throwGarbage } from './garbage.ts';
import { createMemory, type Memory } from './memory.ts';
import type { Options } from './options.ts';
import { createOutages, quietFrom } from './outages.ts';
import { headcount, letPeopleIn } from './people.ts';
import type { Scene } from './scene.ts';
import { expectEnded } from './sign-in.ts';
import { createTally } from './tally.ts';
import { visitOwnPage } from './visits.ts';
import { startWorld, type World } from './world.ts';

/** Runs it; `say` is told how far it is. Rejects where `stop` says so, with everything ended. */
export async function runSoak(
  { seconds, rate }: Options,
  stop: AbortSignal,
  say: (words: string) => void,
): Promise<readonly Check[]> {
  await using world = await startWorld();
  stop.throwIfAborted();
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const tally = createTally(elapsed);
  const outages = createOutages(elapsed, say);
  const garbagePerSecond = rate / 3;
  const people = headcount.residents + headcount.visitors;
  const scene: Scene = {
    ...{ site: world.site, issuer: world.issuer, tally, outages, elapsed, garbagePerSecond },
    pauseMs: (people / (rate - garbagePerSecond)) * 1000,
    isOver: () => stop.aborted || elapsed() >= seconds,
    residents: [],
    ended: [],
    lived: { seconds: 0, sessions: 0 },
  };
  say(`two nodes behind nginx at ${world.site}, Redis with every write on the disk, the provider: all run`);
  say(`${people} browsers and garbage, ${rate} requests a second in all, for ${seconds} s`);

  const memory = createMemory(elapsed);
  await Promise.all([
    letPeopleIn(scene),
    throwGarbage(scene),
    outages.run(world, seconds, stop),
    watch(memory, world, { seconds, elapsed, stop }),
  ]);
  await atTheEnd(scene);
  await memory.sample(world.nodes());
  const perSecond = Math.round(tally.total() / elapsed());
  say(`${tally.total()} requests, ${perSecond} a second; logins and logouts are several each\n`);
  for (const line of tally.lines()) say(line);
  say('');
  const checks = judge(scene, world, memory.samples);
  if (!checks.every(({ holds }) => holds)) say(`the logs of the nodes: ${keepLogs(world)}`);
  return checks;
}

/** For whoever has to find out why. */
function keepLogs(world: World): string {
  const folder = fileURLToPath(new URL('../.tmp/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}soak-${process.pid}.log`;
  writeFileSync(
    file,
    world
      .everyNode()
      .map((node) => node.output())
      .join('\n'),
  );
  return file;
}

/** Before the first kill and after the last, when nodes are warm, and some times in between. */
async function watch(
  memory: Memory,
  world: World,
  run: { readonly seconds: number; elapsed(): number; readonly stop: AbortSignal },
): Promise<void> {
  for (const part of [0.2, 0.6, quietFrom]) {
    await wait(Math.max(0, part * run.seconds - run.elapsed()) * 1000, undefined, { signal: run.stop });
    await memory.sample(world.nodes());
  }
}

/** Everybody who stayed is asked once more, and so is everybody who left. */
async function atTheEnd(scene: Scene): Promise<void> {
  for (const who of scene.residents) await visitOwnPage(who, scene);
  for (const who of scene.ended) await expectEnded(who, scene, 'logout, shown again at last');
}
