// What Redis was asked and what it holds: commands, bytes on the wire, and memory.
import { startRedis, type TestRedis } from '../../tests/support/redis.ts';

export type { TestRedis };

/** Totals since the server began. */
interface Totals {
  readonly commands: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Per request. */
export interface RedisCost {
  readonly commands: number;
  readonly bytes: number;
  /** Names of the commands. */
  readonly names: readonly string[];
}

export const startOwnRedis = (): Promise<TestRedis> => startRedis();

const field = (info: string, name: string): number =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);

async function totals(redis: TestRedis): Promise<Totals> {
  const info = String(await redis.send('INFO', 'stats'));
  return {
    commands: field(info, 'total_commands_processed'),
    bytesIn: field(info, 'total_net_input_bytes'),
    bytesOut: field(info, 'total_net_output_bytes'),
  };
}

/** What so many requests cost, without what asking Redis about it costs. */
export async function redisCost(
  redis: TestRedis,
  count: number,
  run: () => Promise<void>,
): Promise<RedisCost> {
  await redis.resetCommandCounts();
  const first = await totals(redis);
  const second = await totals(redis);
  await run();
  const third = await totals(redis);
  const names = Object.keys(await redis.commandCounts()).sort();
  const between = (key: keyof Totals) => (third[key] - second[key] - (second[key] - first[key])) / count;
  return { commands: between('commands'), bytes: between('bytesIn') + between('bytesOut'), names };
}

/** Bytes that Redis has taken for data. */
export async function usedMemory(redis: TestRedis): Promise<number> {
  return field(String(await redis.send('INFO', 'memory')), 'used_memory_dataset');
}

/** Bytes of some keys, as Redis counts them. */
export async function bytesOf(redis: TestRedis, keys: readonly string[]): Promise<number> {
  let sum = 0;
  for (const key of keys) sum += Number(await redis.send('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
  return sum;
}
