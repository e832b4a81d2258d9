// Commands that are called wrongly, and passwords that are typed: nothing of them is shown.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readPassword, type Terminal } from '../../../src/app/cli/read-password.ts';
import { runCommand } from '../../../src/app/cli/run-command.ts';
import { json, shown, table } from '../../../src/app/cli/show.ts';

const fakeTerminal = (isTTY = false) => {
  const said = { out: '', err: '' };
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => raw.push(on) });
  const [output, errors] = [new PassThrough(), new PassThrough()];
  output.on('data', (chunk) => {
    said.out += chunk;
  });
  errors.on('data', (chunk) => {
    said.err += chunk;
  });
  return { terminal: { input, output, errors } as unknown as Terminal, input, said, raw };
};

describe('a command that is called wrongly', () => {
  const wrong = [
    ['an unknown command', 'users destroy ada', /There is no command "users destroy"/],
    ['a name of every object', 'constructor', /There is no command "constructor"/],
    ['a missing word', 'users disable', /latchkey users disable <user>/],
    ['a word too many', 'users disable ada ben', /latchkey users disable <user>/],
    ['an unknown option', 'users list --all', /An option is unknown/],
    ['an option without its value', 'keys create x --days', /An option is not right/],
  ] as const;
  it.each(wrong)('because of %s ends with 64 and says how it is called', async (_why, line, words) => {
    const { terminal, said } = fakeTerminal();
    expect(await runCommand(line.split(' '), terminal)).toBe(64);
    expect(said.err).toMatch(words);
    expect(said.out).toBe('');
  });
});

describe('a password', () => {
  it('is typed twice and never shown', async () => {
    const { terminal, input, said, raw } = fakeTerminal(true);
    const password = readPassword(terminal, false);
    input.write('wrong\u0015gravel umbrellaX\u007f kite\r');
    setImmediate(() => input.write('gravel umbrella kite\r'));
    expect(await password).toBe('gravel umbrella kite');
    expect(said).toEqual({ out: '', err: 'New password: \nThe same again: \n' });
    expect(raw).toEqual([true, false, true, false]);
  });

  it.each([
    ['differs the second time', 'another\r', 65],
    ['is broken off by Ctrl-C', '\u0003', 1],
  ])('that %s changes nothing', async (_why, second, status) => {
    const { terminal, input, raw } = fakeTerminal(true);
    const password = readPassword(terminal, false);
    input.write('gravel umbrella kite\r');
    setImmediate(() => input.write(second));
    await expect(password).rejects.toMatchObject({ status });
    expect(raw.at(-1)).toBe(false);
  });

  it('is piped in without the end of its line, and not asked for where nobody could answer', async () => {
    const piped = fakeTerminal();
    piped.input.end('gravel umbrella kite\r\n');
    expect(await readPassword(piped.terminal, true)).toBe('gravel umbrella kite');
    const empty = fakeTerminal();
    empty.input.end('\n');
    await expect(readPassword(empty.terminal, true)).rejects.toMatchObject({ status: 65 });
    await expect(readPassword(fakeTerminal().terminal, false)).rejects.toMatchObject({ status: 64 });
  });
});

describe('what is printed', () => {
  it('has nothing in it that a terminal obeys', () => {
    const hostile = 'a\u001b[2J\u009b\u202eb\n';
    expect(shown(hostile)).toBe('a·[2J··b·');
    expect(table(['NAME'], [[hostile]])).toBe('NAME\na·[2J··b·\n');
    expect(json({ hostile })).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
    expect(JSON.parse(json({ hostile }))).toEqual({ hostile });
  });
});
