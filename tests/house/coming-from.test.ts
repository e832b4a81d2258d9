// The pages for those who come from elsewhere: each shows its example files as they are, and a test runs each file.
import { describe, expect, it } from 'vitest';
import { exampleGaps, pageOfToday, shownFiles } from './checks/shown-examples.ts';
import { filesBelow, readIfThere } from './checks/source-files.ts';

const pages = filesBelow('docs/coming-from', ['.md'], '.');
const examples = filesBelow('examples/coming-from', ['.ts'], '.');
const tests = filesBelow('tests/flows', ['.test.ts'], '.').filter(({ path }) => path.includes('coming-from'));

describe('docs/coming-from', () => {
  it.each(pages)('$path shows its files as they are', async (page) => {
    // After a change of an example: npx vitest run --project house -u
    await expect(pageOfToday(page, readIfThere)).toMatchFileSnapshot(`../../${page.path}`);
  });

  it('shows every example on its page, and nothing that no test runs', () => {
    expect(pages.length).toBe(5);
    expect(examples.length).toBeGreaterThan(30);
    expect(exampleGaps(pages, examples, tests)).toEqual([]);
  });
});

describe('a page', () => {
  const path = 'docs/coming-from/a.md';
  const example = { path: 'examples/coming-from/a/b.ts', text: 'new;\n' };
  const block = (code: string) =>
    `x\n\n[${example.path}](../../${example.path})\n\n\`\`\`ts\n${code}\`\`\`\n\ny\n`;
  const page = { path, text: block('old;\n') };
  const test = { path: 'tests/flows/coming-from-a.test.ts', text: `x from '../../${example.path}';` };

  it('is given what the file says', () => {
    expect(shownFiles(page)).toEqual([example.path]);
    expect(pageOfToday(page, () => example.text)).toBe(block('new;\n'));
    expect(exampleGaps([page], [example], [test])).toEqual([]);
  });

  it.each([
    [
      'code without a file',
      [{ path, text: `${page.text}\n\`\`\`ts\nx\n\`\`\`\n` }],
      [test],
      'has code that names no file',
    ],
    ['a file that no page shows', [{ path, text: 'x' }], [test], 'belongs on docs/coming-from/a.md'],
    ['a file on a wrong page', [{ ...page, path: 'docs/coming-from/c.md' }], [test], 'and nowhere else'],
    ['a file that no test runs', [page], [{ ...test, text: '' }], 'is run by no test'],
  ])('would be found wanting by %s', (_what, given, run, finding) => {
    const gaps = exampleGaps(given, [example], run);
    expect(gaps).toEqual([expect.stringContaining(finding)]);
  });
});
