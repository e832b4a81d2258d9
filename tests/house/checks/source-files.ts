// Reads the project's files as text for the house rules; every rule takes such files, so a test can make them up.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const root = join(import.meta.dirname, '..', '..', '..');

export interface SourceFile {
  /** With forward slashes: from `src` for sources, from the root for others. */
  readonly path: string;
  readonly text: string;
}

/** Every file below a folder of the project with one of these endings; none when the folder is not there. */
export const filesBelow = (folder: string, endings: readonly string[], base = folder): SourceFile[] => {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: relative(join(root, base), file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
};

/** `src`, with paths as the rooms are named: `http/cookies.ts`. */
export const sources = (): SourceFile[] => filesBelow('src', ['.ts']);

export const readIfThere = (path: string): string | null =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;

export const isThere = (path: string): boolean => existsSync(join(root, path));
