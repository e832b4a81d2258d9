// A real vitest run ends with the closing line, whatever went wrong in it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

describe('a whole run', () => {
  let folder: string;
  beforeEach(() => {
    mkdirSync(join(root, '.tmp'), { recursive: true });
    folder = mkdtempSync(join(root, '.tmp', 'closing-line-'));
    const reporter = join(root, 'tests/support/vitest-closing-line.ts');
    const config = `import { ClosingLineReporter } from ${JSON.stringify(reporter)};
      export default { test: { passWithNoTests: true, reporters: ['default', new ClosingLineReporter()] } };`;
    writeFileSync(join(folder, 'vitest.config.ts'), config);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), `import { beforeAll, describe, it } from 'vitest';\n${text}`);
    }
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const options = { cwd: folder, encoding: 'utf8', env: { PATH: '/usr/bin', NO_COLOR: '1' } } as const;
    const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], options);
    return { last: stdout.trimEnd().split('\n').at(-1), status };
  };
  const passing = "it('passes', () => {});";

  it('ends with the count when all is well', () => {
    expect(run({ 'a.test.ts': passing })).toEqual({ last: '1 passed, 0 failed', status: 0 });
  });

  it('ends with a failure for a file that does not load, a hook that throws and a stray rejection', () => {
    const broken = {
      'a.test.ts': passing,
      'b.test.ts': "throw new Error('does not load');",
      'c.test.ts':
        "describe('x', () => { beforeAll(() => { throw new Error('hook'); }); it('y', () => {}); });",
      'd.test.ts': "it('z', () => { void Promise.reject(new Error('stray')); });",
    };
    const { last, status } = run(broken);
    expect(status).toBe(1);
    expect(last).toMatch(/^2 passed, 3 failed/);
  });
});
