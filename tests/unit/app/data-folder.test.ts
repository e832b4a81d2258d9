// The data folder: what several processes make at the same moment is one value for all of them.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataFolder } from '../../../src/app/data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps the secret of whoever was first, for all who start together and for later starts', async () => {
  const path = join(folder, 'data');
  const go = Promise.withResolvers<void>();
  let made = 0;
  const starts = ['a', 'b', 'c'].map((secret) =>
    openDataFolder(path).keep('session-secret', async () => {
      made += 1;
      // All of them have seen that there is none.
      if (made === 3) go.resolve();
      await go.promise;
      return secret;
    }),
  );
  const [kept, ...others] = await Promise.all(starts);
  expect(others).toEqual([kept, kept]);
  expect(await openDataFolder(path).keep('session-secret', () => 'later')).toBe(kept);
  expect(readdirSync(path)).toEqual(['session-secret.json']);
  expect(statSync(join(path, 'session-secret.json')).mode & 0o777).toBe(0o600);
});
