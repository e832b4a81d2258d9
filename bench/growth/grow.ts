// Growth: sessions in Redis from a thousand to a million, and what a page and a session cost at each size.
import { randomInt } from 'node:crypto';
import { freemem } from 'node:os';
import { getRequest } from '../harness/load.ts';
import { logIn } from '../harness/login.ts';
import { type Figures, measure } from '../harness/measure.ts';
import { median } from '../harness/median.ts';
import { usedMemory } from '../harness/redis.ts';
import type { Subject } from '../harness/subjects.ts';
import { runningOf, type World } from '../harness/world.ts';
import { cookieOf, makeCopies } from './copies.ts';

/** One size. */
export interface GrowthStep {
  readonly sessions: number;
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  readonly p99: number;
  /** CPU time per request of the limit, measured in turns with the page. */
  readonly baseCpuMicros: number;
  /** Redis memory that the sessions took, by session, with everything that Redis keeps beside them. */
  readonly bytesPerSession: number;
}

/** What is grown. */
export interface GrowthPlan {
  readonly page: Subject;
  readonly base: Subject;
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (words: string) => void;
}

const people = 1000;

/** Measures every size that fits into half of the free memory, and takes the copies away. */
export async function grow(world: World, plan: GrowthPlan): Promise<readonly GrowthStep[]> {
  const { redis, secret } = world;
  // Everything of latchkey goes, so that what is counted is what was copied.
  for (const key of await redis.keys('latchkey:*')) await redis.send('DEL', key);
  const cookie = await logIn(runningOf(world.running, plan.page.server).baseUrl);
  const keys = (await redis.keys('latchkey:*')).filter((key) => !key.includes(':once:'));
  const source = { redis, keys };
  const before = await usedMemory(redis);
  const steps: GrowthStep[] = [];
  let made = 0;
  for (const sessions of plan.sizes) {
    const needed = (steps.at(-1)?.bytesPerSession ?? 0) * (sessions - made);
    if (needed > freemem() / 2) {
      plan.say(
        `${sessions} sessions would need ${Math.round(needed / 2 ** 20)} MB: left out on this machine`,
      );
      break;
    }
    await makeCopies(source, made, sessions);
    made = sessions;
    const bytesPerSession = ((await usedMemory(redis)) - before) / sessions;
    // Spread over all of them, so that no part of Redis is warmer than the rest.
    const requests = Array.from({ length: people }, () =>
      getRequest(plan.page.path, { cookie: cookieOf(randomInt(sessions), cookie, secret) }),
    );
    const next = () => requests[randomInt(people)] ?? Buffer.alloc(0);
    const pages: Figures[] = [];
    const bases: Figures[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      pages.push(await measure(world, plan.page, { connections: 32, seconds: plan.seconds, next }));
      bases.push(await measure(world, plan.base, { connections: 32, seconds: plan.seconds }));
    }
    steps.push({
      sessions,
      bytesPerSession,
      cpuMicros: median(pages.map(({ cpuMicros }) => cpuMicros)),
      requestsPerSecond: median(pages.map(({ requestsPerSecond }) => requestsPerSecond)),
      p99: median(pages.map(({ p99 }) => p99)),
      baseCpuMicros: median(bases.map(({ cpuMicros }) => cpuMicros)),
    });
    plan.say(`${sessions} sessions: ${Math.round(bytesPerSession)} bytes each`);
  }
  await redis.send('FLUSHALL');
  return steps;
}
