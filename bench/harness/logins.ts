// What whole logins cost the server, in interleaved rounds.
import { logIn } from './login.ts';
import { median } from './median.ts';
import type { ServerName } from './subjects.ts';
import { runningOf, type World } from './world.ts';

/** Server CPU time of one login in milliseconds, and its time from the first click to the callback's answer. */
export interface LoginCost {
  readonly cpuMs: number;
  readonly totalMs: number;
}

/** The medians of the rounds, by server. */
export async function measureLogins(
  world: World,
  names: readonly ServerName[],
  plan: { readonly rounds: number; readonly times: number; readonly warmUps: number },
): Promise<ReadonlyMap<ServerName, LoginCost>> {
  const seen = new Map<ServerName, LoginCost[]>(names.map((name) => [name, []]));
  // A login that has never run costs a multiple, and goes on getting cheaper for some two hundred.
  for (let turn = -plan.warmUps; turn < plan.rounds; turn += 1) {
    for (const name of names) {
      const { child, baseUrl } = runningOf(world.running, name);
      const before = await child.usage();
      const startedAt = performance.now();
      for (let login = 0; login < plan.times; login += 1) await logIn(baseUrl);
      const totalMs = (performance.now() - startedAt) / plan.times;
      const { cpuMicros } = await child.usage();
      if (turn >= 0)
        seen.get(name)?.push({ cpuMs: (cpuMicros - before.cpuMicros) / 1000 / plan.times, totalMs });
    }
  }
  return new Map(
    [...seen].map(([name, rounds]) => [
      name,
      {
        cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
        totalMs: median(rounds.map(({ totalMs }) => totalMs)),
      },
    ]),
  );
}
