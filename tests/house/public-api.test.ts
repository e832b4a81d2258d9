// The public API: what each door gives out changes only on purpose, and the package points at doors that exist.
import { describe, expect, it } from 'vitest';
import { exportedNames } from './checks/imports.ts';
import { doors } from './checks/rooms.ts';
import { isThere, readIfThere, sources } from './checks/source-files.ts';

const open = sources().filter(({ path }) => doors.includes(path));
const importName = (door: string): string =>
  door === 'index.ts' ? 'latchkey' : `latchkey/${door.replace(/\.ts$/, '')}`;

describe('public API', () => {
  it('is what the snapshot says', async () => {
    const text = open.map(
      (door) => `${importName(door.path)}\n${(exportedNames(door) ?? []).map((n) => `  ${n}\n`).join('')}`,
    );
    // Nothing to hold until the first door is there.
    if (open.length > 0) await expect(text.join('\n')).toMatchFileSnapshot('./public-api.txt');
  });

  it('names everything it exports, and exports everything it names', async () => {
    for (const door of open) {
      const values = exportedNames(door)?.filter((name) => !name.startsWith('type '));
      const module: object = await import(new URL(`../../src/${door.path}`, import.meta.url).href);
      expect(Object.keys(module).sort(), door.path).toEqual(values);
    }
  });

  it('is reached through package.json entries whose sources exist', () => {
    const manifest = JSON.parse(readIfThere('package.json') ?? '{}') as {
      readonly exports: Record<string, string | Record<string, string>>;
      readonly bin: Record<string, string>;
    };
    const targets = [...Object.values(manifest.exports), manifest.bin]
      .flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))
      .filter((target) => target.startsWith('./dist/'));
    const wanted = targets.map((target) =>
      target.replace('./dist/', 'src/').replace(/(\.d\.ts|\.js)$/, '.ts'),
    );
    expect(targets).not.toEqual([]);
    const missing = [...new Set(wanted)].filter((source) => !isThere(source));
    const unlisted = open.filter(({ path }) => !wanted.includes(`src/${path}`)).map(({ path }) => path);
    // Before the first door there is no library to reach.
    if (open.length > 0) expect({ missing, unlisted }).toEqual({ missing: [], unlisted: [] });
  });
});
