// What must hold at the end of a soak, each as one line with the figures behind it.
import type { AppProcess } from '../tests/support/app-process.ts';
import { isGarbage } from './garbage.ts';
import { type HeapSample, type HeapSamples, heapWords } from './memory.ts';
import type { Scene } from './scene.ts';
import type { Offence } from './tally.ts';
import { tokenSeconds, type World } from './world.ts';

/** One thing that must hold. */
export interface Check {
  readonly holds: boolean;
  readonly words: string;
}

/**
 * What a node's heap may grow by from the first look, when it is warm, to the last. Caches fill and code is compiled
 * late, which is the same few megabytes in a minute and in a day; a leak of 400 bytes a request is past this after the
 * 36,000 requests that a node answers in ten minutes.
 */
const heapGrowthMb = 12;

/** Judges the run. */
export function judge(scene: Scene, world: World, samples: HeapSamples): readonly Check[] {
  const { tally, residents, ended, lived } = scene;
  const never = (what: Offence, words: string): Check => {
    const count = tally.count(what);
    return { holds: count === 0, words: `${words}${count === 0 ? '' : `: ${count}`}` };
  };
  const limitedGarbage = tally.answered(429, isGarbage);
  const limitedPeople = tally.answered(429, (kind) => !isGarbage(kind));
  return [
    never('session lost', `no session of ${lived.sessions} is lost, ${residents.length} from start to end`),
    never('session alive after its end', `each of ${ended.length} sessions that were ended stays dead`),
    never('server error', 'no 500'),
    never('away without an outage', 'nobody is told to wait but in an outage and the 6 s after it'),
    never('odd answer', 'no answer that is none of the expected'),
    { holds: true, words: `what ended sessions, by the logs: ${endings(world)}` },
    ...world.everyNode().map((node, index) => saysNothingBad(node, index)),
    { holds: limitedGarbage > 0, words: `garbage is limited: ${limitedGarbage} times 429` },
    {
      holds: limitedPeople === 0 && tally.count('person limited') === 0,
      words: `people are not: ${limitedPeople} times 429`,
    },
    refreshes(scene, world),
    // A node that was killed was not there to be compared.
    ...world.nodes().map((node) => isFlat(world.everyNode().indexOf(node), samples.get(node) ?? [])),
  ];
}

/** Lines that mean a mistake of ours, whatever was away. */
const badWords = /"msg":"unhandled_rejection"|"level":"fatal"|"status":500|uncaught|UnhandledPromise/i;

function saysNothingBad(node: AppProcess, index: number): Check {
  const bad = node
    .output()
    .split('\n')
    .filter((line) => badWords.test(line));
  const said = [...bad, ...node.errorOutput().split('\n').filter(Boolean)];
  const words = `the log of node ${index + 1} has no unhandled rejection, no uncaught error and nothing on stderr`;
  return { holds: said.length === 0, words: [words, ...said.slice(0, 5)].join('\n        ') };
}

/** A session's token is renewed at three quarters of its life, by whichever request comes first, and once. */
function refreshes({ lived, residents, elapsed }: Scene, world: World): Check {
  const count = linesOf(world, 'tokens_refreshed');
  const most = Math.ceil(lived.seconds / (tokenSeconds * 0.75)) + lived.sessions;
  const stayed = residents.reduce((sum, { since }) => sum + elapsed() - since, 0);
  // A token may be used to its last second while the provider or the store is away.
  const least = Math.floor(stayed / (tokenSeconds * 1.25)) - residents.length;
  const asked = world.provider.requests().filter((line) => line === 'POST /token').length;
  const failed = linesOf(world, 'refresh_failed');
  return {
    holds: count >= least && count <= most,
    words:
      `${count} renewals, of ${least} to ${most} that ${Math.round(lived.seconds)} s of sessions need; ` +
      `${failed} put off while the provider was away; ${asked} token calls with the logins`,
  };
}

/** For whoever has to find out why one was lost. */
function endings(world: World): string {
  const counts = new Map<string, number>();
  for (const { msg, reason } of world.everyNode().flatMap((node) => node.logLines()))
    if (msg === 'session_ended') counts.set(String(reason), (counts.get(String(reason)) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ');
}

const linesOf = (world: World, event: string): number =>
  world.everyNode().reduce((sum, node) => sum + node.output().split(`"msg":"${event}"`).length - 1, 0);

function isFlat(index: number, own: readonly HeapSample[]): Check {
  const [first, last] = [own[0], own.at(-1)];
  const grown = ((last?.heapUsed ?? 0) - (first?.heapUsed ?? 0)) / 2 ** 20;
  const from = `${Math.round(first?.at ?? 0)} to ${Math.round(last?.at ?? 0)} s`;
  const words = `node ${index + 1}'s heap after a collection, ${from}: ${heapWords(own)}, ${grown.toFixed(1)} of at most ${heapGrowthMb} MB more`;
  return { holds: own.length > 1 && grown <= heapGrowthMb, words };
}
