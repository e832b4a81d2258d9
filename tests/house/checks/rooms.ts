// The rooms of the house and who may import whom. Imports point to a lower level.
import { importsOf, resolveImport } from './imports.ts';
import type { SourceFile } from './source-files.ts';

export const doors: readonly string[] = [
  ...['index.ts', 'redis.ts', 'embedded.ts', 'local-provider.ts'],
  ...['directory.ts', 'machine.ts', 'metrics.ts', 'testing.ts'],
];

const levels: Readonly<Record<string, number>> = {
  ...{ 'errors.ts': 1, 'events.ts': 1, 'clock.ts': 1, 'request-notes.ts': 1, crypto: 1 },
  ...{ config: 2, http: 2, tracing: 2 },
  ...{ provider: 3, transaction: 3, session: 3, tokens: 3, identity: 3, stores: 3 },
  ...{ routes: 4, guards: 4, directory: 4, machine: 4, 'local-provider': 4, testing: 4, metrics: 4 },
  'create-auth.ts': 5,
  'wire-sessions.ts': 5,
  ...Object.fromEntries(doors.map((door) => [door, 5])),
  app: 6,
};

/** At these levels rooms may share shapes: `import type` between them is no dependency at run time. */
const sharesTypes: ReadonlySet<number> = new Set([2, 3]);

export const roomOf = (path: string): string => path.split('/')[0] ?? path;

const judgeImport = (path: string, target: string, isTypeOnly: boolean): string | null => {
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === to && path.includes('/')) return null;
  const [high, low] = [levels[from], levels[to]];
  if (high === undefined) return `${path}: "${from}" is no room of the house`;
  if (low === undefined) return `${path} imports ${target}: "${to}" is no room of the house`;
  if (low < high) return null;
  if (doors.includes(from) && to === 'create-auth.ts') return null;
  if (from === 'create-auth.ts' && to.startsWith('wire-')) return null;
  if (low === high && isTypeOnly && sharesTypes.has(high)) return null;
  return `${path} (level ${high}) imports ${target} (level ${low})`;
};

/** One line for each import that does not point downwards. */
export const misdirectedImports = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) =>
    importsOf(file).flatMap(({ from, isTypeOnly }) => {
      const target = resolveImport(file.path, from);
      if (target === null) return [];
      return judgeImport(file.path, target, isTypeOnly) ?? [];
    }),
  );

/** The app is the library's first customer: what it cannot get at a door is a gap in the public API. */
export const appBehindTheDoors = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => roomOf(path) === 'app')
    .flatMap((file) =>
      importsOf(file).flatMap(({ from }) => {
        const target = resolveImport(file.path, from);
        if (target === null || roomOf(target) === 'app' || doors.includes(target)) return [];
        return `${file.path} imports ${target}, which is behind a door`;
      }),
    );

/** Files at the top of `src`, or folders, that the plan of the house does not know. */
export const unknownRooms = (files: readonly SourceFile[]): string[] =>
  [...new Set(files.map(({ path }) => roomOf(path)))].filter((room) => levels[room] === undefined);

/** The test kit is for tests: the library and the app run without it, and it reaches people by its door alone. */
export const usesOfTheTestKit = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => roomOf(path) !== 'testing' && path !== 'testing.ts')
    .flatMap((file) =>
      importsOf(file).flatMap(({ from }) => {
        const target = resolveImport(file.path, from);
        const isKit = target !== null && ['testing', 'testing.ts'].includes(roomOf(target));
        return isKit ? `${file.path} imports ${target}, which is for tests` : [];
      }),
    );
