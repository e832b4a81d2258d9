// What the embedded defaults keep in the data folder: made at the first start, read by every later one.
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, randomToken } from '../index.ts';

/** The data folder of one installation; only its owner may look into it. */
export interface DataFolder {
  readonly path: string;
  /** The path of a file in it. */
  file(name: string): string;
  /** The secret or key set of that name; made and kept when it is not there yet. */
  keep<T>(name: string, make: () => T | Promise<T>): Promise<T>;
}

/** The folder is made with the first file in it: an installation that keeps nothing needs none. */
export function openDataFolder(path: string): DataFolder {
  const file = (name: string) => {
    makeFolder(path);
    return join(path, name);
  };
  return {
    path,
    file,
    async keep(name, make) {
      const kept = readJson(file(`${name}.json`));
      if (kept !== undefined) return kept as Awaited<ReturnType<typeof make>>;
      const made = await make();
      // Written beside and moved: a start that is cut off leaves no half-written key behind.
      const draft = file(`${name}.${randomToken(6)}.tmp`);
      writeFileSync(draft, JSON.stringify(made), { mode: 0o600 });
      moveUnlessThere(draft, file(`${name}.json`));
      return readJson(file(`${name}.json`)) as typeof made;
    },
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const problem = `names a folder that cannot be made (${error instanceof Error ? error.message : 'unknown'}).`;
    const mend = 'Name one that the app may write to.';
    throw new ConfigurationError([{ name: 'DATA_DIR', problem, mend }]);
  }
}

/** Of several processes that start together the first one's is kept by all: a link replaces nothing, as a rename would. */
function moveUnlessThere(draft: string, path: string): void {
  try {
    linkSync(draft, path);
    unlinkSync(draft);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') unlinkSync(draft);
    // Some file systems have no links.
    else renameSync(draft, path);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    const problem = `holds a damaged file: ${path}.`;
    const mend = 'Restore it, or delete it: then a new one is made, and what the old one signed is void.';
    throw new ConfigurationError([{ name: 'DATA_DIR', problem, mend }]);
  }
}
