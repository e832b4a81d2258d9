// How a source file has to look from outside: its name, its first line, its length; and what a door may hold.
import { withoutComments } from './code-text.ts';
import { doors } from './rooms.ts';
import type { SourceFile } from './source-files.ts';

const lineLimit = 200;

const nameless: ReadonlySet<string> = new Set([
  ...['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'lib', 'stuff'],
]);

/** Names that say nothing, in any part of the path. */
export const emptyNames = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) =>
      path.split('/').some((part) => part.split(/[-.]/).some((word) => nameless.has(word))),
    )
    .map(({ path }) => `${path}: the name says nothing about the job`);

export const namesNotKebabCase = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path.split('/').some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(part)))
    .map(({ path }) => `${path}: not kebab-case`);

/** Rooms have no index: what is imported is the file that does it. */
export const barrels = (files: readonly SourceFile[]): string[] =>
  files.filter(({ path }) => /\/index\.ts$/.test(path)).map(({ path }) => `${path}: a barrel`);

/** The first line (after `#!`) is a comment of some words that says what the file is for. */
export const missingOpenings = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ text }) => {
      const lines = text.split('\n');
      const first = (lines[0]?.startsWith('#!') === true ? lines[1] : lines[0]) ?? '';
      const words = /^(?:\/\/|\/\*\*?)\s*(.+?)\s*(?:\*\/)?$/.exec(first)?.[1]?.split(/\s+/) ?? [];
      return words.length < 3 || /biome-ignore|@ts-/.test(first);
    })
    .map(({ path }) => `${path}: the first line does not say its job`);

export const tooLong = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > lineLimit ? `${path}: ${lines} lines, the limit is ${lineLimit}` : [];
  });

/** What is left of a door when its re-exports and comments are taken away. */
export const doorsWithCode = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => doors.includes(path))
    .filter(({ text }) => {
      const code = withoutComments(text).replace(
        /^export\s+(?:type\s+)?\{[^}]*\}\s*from\s*['"][^'"]+['"];?/gm,
        '',
      );
      return code.trim() !== '';
    })
    .map(({ path }) => `${path}: a door only re-exports, name by name`);

/** Tests that do not run, or that keep the others from running. */
export const silencedTests = (files: readonly SourceFile[]): string[] => {
  const silenced =
    /\b(?:describe|it|test|suite|context|ctx)\s*\.\s*(?:skip|todo|only|skipIf|runIf|fails)\b|\bx(?:it|describe|test)\s*\(|\bskip\s*:\s*true\b/;
  return files.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, index) => (silenced.test(line) ? `${path}:${index + 1} is silenced` : [])),
  );
};
