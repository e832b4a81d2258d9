// Reads the acceptance list: which tests each of its rows names, and whether they are there under that very title.

/** A test as a document names it. */
interface NamedTest {
  readonly file: string;
  readonly title: string;
}

const rowsOf = (document: string): string[] =>
  document.split('\n').filter((line) => /^\| (?!what must hold )/.test(line));

const testsIn = (text: string): NamedTest[] =>
  [...text.matchAll(/\[[^\]]+\]\(\.\.\/(tests\/[\w./-]+\.test\.ts)\): “([^”]+)”/g)].map(
    ([, file = '', title = '']) => ({ file, title }),
  );

/** Titles of tests, and the texts of tables of cases that become titles: every string that stands whole in the file. */
const hasTitle = (source: string, title: string): boolean =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`));

/** One line for each row without a test, and for each test that is not there. */
export const acceptanceGaps = (document: string, read: (path: string) => string | null): string[] =>
  rowsOf(document).flatMap((row) => {
    const what = row.split('|')[1]?.trim() ?? '';
    const tests = testsIn(row);
    if (tests.length === 0) return [`"${what}" names no test`];
    // A name in another form than the rest would go unread.
    const links = row.split('](../tests/').length - 1;
    const unread = links === tests.length ? [] : [`"${what}" has a link without a title`];
    const missing = tests.flatMap(({ file, title }) => {
      const source = read(file);
      if (source === null) return [`"${what}": ${file} does not exist`];
      return hasTitle(source, title) ? [] : [`"${what}": ${file} has no test "${title}"`];
    });
    return [...unread, ...missing];
  });

/** The headings of the list, each with its number of rows. */
export const acceptanceGroups = (document: string): (readonly [heading: string, rows: number])[] =>
  document
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.split('\n', 1)[0] ?? '', rowsOf(part).length] as const);
