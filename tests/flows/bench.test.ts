// The bench works: it starts everything, measures every row, and counts what Redis was asked. Speed is not judged here.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The cells of the row that begins like this. */
const cellsOf = (text: string, start: string): string[] => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`| ${start}`)) ?? '';
  return line.split('|').map((cell) => cell.trim());
};

describe('npm run bench -- --quick', () => {
  it('measures everything of our own, and what a page view asks of Redis', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.ts', '--quick'], {
      cwd: root,
    });
    const commands = Object.fromEntries(
      [
        ...[
          '(a) `node:http`',
          '(b) express',
          '**latchkey**',
          'latchkey, optional',
          'latchkey, API with the cookie',
        ],
        'latchkey, API with a known bearer',
      ].map((start) => [start, cellsOf(stdout, start)[9]]),
    );
    expect(commands).toEqual({
      '(a) `node:http`': '1 (GET)',
      '(b) express': '2 (EXPIRE, GET)',
      '**latchkey**': '1 (GET)',
      'latchkey, optional': '0',
      'latchkey, API with the cookie': '1 (GET)',
      'latchkey, API with a known bearer': '0',
    });
    for (const figure of cellsOf(stdout, '**latchkey**').slice(2, 9))
      expect(Number(figure.replace(',', ''))).toBeGreaterThan(0);
    const [, , login, , idle, , session] = cellsOf(stdout, 'latchkey, the library');
    for (const figure of [login, idle, session]) expect(Number(figure?.replace(',', ''))).toBeGreaterThan(0);
  });

  it('says what it knows when it is asked for something else', async () => {
    const asked = promisify(execFile)(process.execPath, ['bench/main.ts', '--servers', 'nginx'], {
      cwd: root,
    });
    await expect(asked).rejects.toMatchObject({
      code: 64,
      stderr: expect.stringContaining('there is no nginx'),
    });
  });
});
