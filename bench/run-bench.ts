// A whole bench: starts everything, measures in turns, and says what it has found.
import { loadavg } from 'node:os';
import { grow } from './growth/grow.ts';
import { measureWorkers } from './growth/workers.ts';
import { cores, isPinned, moveTo } from './harness/cores.ts';
import { sendTimes } from './harness/load.ts';
import { measureLogins } from './harness/logins.ts';
import { measure } from './harness/measure.ts';
import { profileOf } from './harness/profile.ts';
import { bytesOf, redisCost } from './harness/redis.ts';
import { middle, runRounds } from './harness/rounds.ts';
import { subjects as allSubjects, type ServerName, type Subject, servers } from './harness/subjects.ts';
import { startWorld, type World } from './harness/world.ts';
import type { Options } from './options.ts';
import type { MemoryCost, Report } from './report/report.ts';

const askedTimes = 50;
const profileSeconds = 3;

/** Runs it; `say` is told how far it is. */
export async function runBench(
  options: Options,
  command: string,
  say: (words: string) => void,
): Promise<Report> {
  const startedAt = performance.now();
  const [othersAtStart = 0] = loadavg();
  moveTo(cores.load);
  if (!isPinned)
    say('taskset or a second core is missing: server and load share cores, and the numbers swing more');
  await using world = await startWorld(options.servers);
  say(`${options.servers.length} servers, Redis and the provider run`);
  const subjects = allSubjects.filter(({ server }) => options.servers.includes(server));
  // Before any load: whoever has just answered a hundred thousand requests keeps memory for a while.
  const sessionBytes = new Map<ServerName, number>();
  for (const [name, { sessionKeys }] of world.running)
    sessionBytes.set(name, await bytesOf(world.redis, sessionKeys));

  const results = await runRounds(world, { ...options, subjects, say });
  const redis = new Map<string, Awaited<ReturnType<typeof redisCost>>>();
  if (options.rounds > 0) for (const subject of subjects) redis.set(subject.id, await costOf(world, subject));
  const names = options.servers.filter((name) => servers[name].hasLogin);
  // Turns before the first that counts: five are two hundred logins at each server.
  const warmUps = options.logins > 1 ? 5 : 1;
  const loginPlan = { rounds: options.rounds, times: options.logins, warmUps };
  const logins = await measureLogins(world, names, loginPlan);
  if (options.logins > 0) say('logins measured');

  const profiles = new Map<string, Awaited<ReturnType<typeof profileOf>>>();
  const shown = subjects.filter(({ id }) => ['raw', 'page', 'bearer', 'app'].includes(id));
  for (const subject of options.profiles ? shown : []) {
    await measure(world, subject, { connections: 32, seconds: 1 });
    profiles.set(subject.id, await profileOf(world, subject, profileSeconds));
  }
  const [base, page] = [subjectOf(subjects, 'raw'), subjectOf(subjects, 'page')];
  // Before growth, which takes everybody's session away.
  const workers = await measureWorkers(world, options.workers, 5);
  const growing = base !== undefined && page !== undefined;
  const { growth: sizes, rounds, seconds } = options;
  const growth = growing ? await grow(world, { page, base, sizes, rounds, seconds, say }) : [];
  return {
    ...{ options, command, subjects, results, redis, logins, profiles, growth, workers },
    memory: memoryOf(world, results, sessionBytes, options.connections),
    othersAtStart,
    minutes: (performance.now() - startedAt) / 60_000,
  };
}

const subjectOf = (subjects: readonly Subject[], id: string) => subjects.find((subject) => subject.id === id);

function costOf(world: World, subject: Subject) {
  const { port, request } = world.requestOf(subject);
  return redisCost(world.redis, askedTimes, () => sendTimes(port, request, askedTimes));
}

function memoryOf(
  world: World,
  results: Report['results'],
  sessionBytes: ReadonlyMap<ServerName, number>,
  connections: readonly number[],
): Map<ServerName, MemoryCost> {
  const most = Math.max(...connections);
  return new Map(
    [...world.running].map(([name, { idleRss, cookie }]) => {
      const rows = allSubjects.filter(({ server }) => server === name);
      const loads = rows
        .map(({ id }) => middle(results, id, most, 'rss'))
        .filter((rss) => !Number.isNaN(rss));
      const [idle, loaded] = [idleRss, Math.max(0, ...loads)];
      return [
        name,
        { idle, loaded, session: sessionBytes.get(name) ?? 0, cookie: Buffer.byteLength(cookie) },
      ];
    }),
  );
}
