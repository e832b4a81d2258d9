// Where the time goes: samples of a server under load, added up by who wrote the code.
import type { Profiler } from 'node:inspector';
import { runLoad } from './load.ts';
import type { Subject } from './subjects.ts';
import { runningOf, type World } from './world.ts';

/** A share of the time that the server was busy. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

/** The profile of a row, by part and by function. */
export interface Profile {
  readonly parts: readonly Share[];
  readonly functions: readonly Share[];
}

/** Profiles a row under 32 connections. */
export async function profileOf(world: World, subject: Subject, seconds: number): Promise<Profile> {
  const { port, request } = world.requestOf(subject);
  const { child } = runningOf(world.running, subject.server);
  let profile: Profiler.Profile | null = null;
  let hasBegun = false;
  const mark = async (): Promise<void> => {
    if (hasBegun) profile = (await child.ask('profile_stop')) as Profiler.Profile;
    else await child.ask('profile_start');
    hasBegun = true;
  };
  await runLoad({ port, next: () => request, connections: 32, seconds, mark });
  return addUp(profile ?? { nodes: [], startTime: 0, endTime: 0 });
}

/** Adds up the time of each node that is not idling. */
export function addUp({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Profile {
  const times = new Map<number, number>();
  samples.forEach((id, index) => void times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0)));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  for (const { id, callFrame } of nodes) {
    const time = times.get(id) ?? 0;
    const { functionName } = callFrame;
    // Compiled views name themselves in quotes.
    const url = callFrame.url.replaceAll('"', '');
    if (functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector') continue;
    total += time;
    const part = partOf(functionName, url);
    parts.set(part, (parts.get(part) ?? 0) + time);
    const name = `${functionName || '(anonymous)'} ${placeOf(url)}`.trim();
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  return { parts: sharesOf(parts, total), functions: sharesOf(functions, total) };
}

const native: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'Node, outside JavaScript',
  writev: 'writing to sockets (system calls)',
  writeBuffer: 'writing to sockets (system calls)',
  writeUtf8String: 'writing to sockets (system calls)',
  writeLatin1String: 'writing to sockets (system calls)',
};

function partOf(functionName: string, url: string): string {
  if (url === '') return native[functionName] ?? 'Node, natives';
  const [, packageName] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url) ?? [];
  if (packageName !== undefined) return packageName;
  if (url.startsWith('node:'))
    return /node:internal\/crypto/.test(url) ? 'Node, crypto' : 'Node, http and streams';
  if (url.includes('/bench/')) return "the bench's own page";
  if (url.endsWith('.ejs')) return 'the views';
  const [, room] = /\/src\/([^/]+)/.exec(url) ?? [];
  return room === undefined ? 'other' : `latchkey, ${room.replace(/\.ts$/, '')}`;
}

const placeOf = (url: string): string =>
  url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(?=(?:src|bench|views)\/)/, '');

function sharesOf(times: ReadonlyMap<string, number>, total: number): Share[] {
  return [...times].map(([name, time]) => ({ name, share: time / total })).sort((a, b) => b.share - a.share);
}
