// Reads the pages that show whole example files: which they show, and how they would look with the files of today.
import type { SourceFile } from './source-files.ts';

/** A line with nothing but a link to an example, and the block below it. */
const shown = /^\[(examples\/[\w./-]+)\]\(\.\.\/\.\.\/\1\)\n\n```ts\n[\s\S]*?^```$/gm;

/** The example files that a page shows, by their link. */
export const shownFiles = ({ text }: SourceFile): string[] =>
  [...text.matchAll(shown)].map(([, file = '']) => file);

/** The page with the files as they are in place of what it shows; a file that is not there leaves its block empty. */
export const pageOfToday = ({ text }: SourceFile, read: (path: string) => string | null): string =>
  text.replaceAll(
    shown,
    (_block, file: string) => `[${file}](../../${file})\n\n\`\`\`ts\n${read(file) ?? ''}\`\`\``,
  );

/** One line for each code block that names no file, each file that no page or the wrong one shows, and each untested one. */
export const exampleGaps = (
  pages: readonly SourceFile[],
  examples: readonly SourceFile[],
  tests: readonly SourceFile[],
): string[] => {
  const nameless = pages.flatMap((page) => {
    const blocks = page.text.match(/^```\w*ts$/gm)?.length ?? 0;
    return blocks === shownFiles(page).length ? [] : [`${page.path} has code that names no file`];
  });
  const wrong = examples.flatMap(({ path }) => {
    const places = pages.filter((page) => shownFiles(page).includes(path)).map((page) => page.path);
    const home = path.replace(/^examples\/([\w-]+\/[\w-]+)\/[\w-]+\.ts$/, 'docs/$1.md');
    return places.length === 1 && places[0] === home ? [] : [`${path} belongs on ${home} and nowhere else`];
  });
  const untested = examples.flatMap(({ path }) =>
    tests.some(({ text }) => text.includes(`from '../../${path}'`)) ? [] : [`${path} is run by no test`],
  );
  return [...nameless, ...wrong, ...untested];
};
