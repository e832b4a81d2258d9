// The command that looks at everything the app needs, and says how to mend what is not well.
import { examine } from '../doctor/examine.ts';
import type { Settings } from '../settings.ts';
import type { CommandAnswer } from './command.ts';
import { exitStatus } from './command-error.ts';
import { table } from './show.ts';

/** Runs without opening the installation: what is away or wrong must not stop it. */
export async function doctor(settings: Settings): Promise<CommandAnswer> {
  const checks = await examine(settings);
  const count = (result: string) => checks.filter((check) => check.result === result).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const rows = checks.flatMap(({ name, result, seen, mend }) => [
    [result, name, seen],
    ...(mend === null ? [] : [['', '', `mend: ${mend}`]]),
  ]);
  const end = `${checks.length} checks: ${count('ok')} ok, ${warned} warn, ${failed} fail.\n`;
  return {
    data: { ok: failed === 0, checks },
    words: `${table(['RESULT', 'CHECK', 'WHAT WAS SEEN'], rows)}\n${end}`,
    status: failed === 0 ? 0 : exitStatus.failed,
  };
}
