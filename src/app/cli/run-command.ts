// Runs one command: its words, the installation, its answer, and the exit status.
import { parseArgs } from 'node:util';
import { loadEnvFile, readEnvironment } from '../env.ts';
import { settingsFrom } from '../settings.ts';
import type { Command, CommandAnswer, CommandCall } from './command.ts';
import { CommandError, commandErrorOf } from './command-error.ts';
import { doctor } from './doctor.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { openInstallation } from './open-installation.ts';
import { readPassword, type Terminal } from './read-password.ts';
import { json, shown } from './show.ts';
import { type CommandName, helpText, type Usage, usages } from './usage.ts';
import { addUser, disableUser, enableUser, listUsers, setPassword, setPermissions } from './users.ts';

const commands: Readonly<Record<Exclude<CommandName, 'doctor'>, Command>> = {
  'users list': listUsers,
  'users add': addUser,
  'users disable': disableUser,
  'users enable': enableUser,
  'users set-permissions': setPermissions,
  'users set-password': setPassword,
  'keys list': listKeys,
  'keys create': createKey,
  'keys revoke': revokeKey,
};

const own: Terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };

/**
 * Runs the command of these words; the exit status.
 * @param environment - default: that of the process, and `.env`
 */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal = own,
  environment?: Parameters<typeof readEnvironment>[0],
): Promise<number> {
  if (words[0] === 'help' || words.includes('--help') || words.includes('-h')) {
    terminal.output.write(helpText());
    return 0;
  }
  const isJson = words.includes('--json');
  try {
    const { command, call } = readWords(words, terminal);
    if (environment === undefined) loadEnvFile();
    const settings = settingsFrom(readEnvironment(environment));
    const show = ({ data, words: said, status = 0 }: CommandAnswer): number => {
      terminal.output.write(isJson ? json(data) : said);
      return status;
    };
    if (command === null) return show(await doctor(settings));
    const at = await openInstallation(settings);
    try {
      // Before what may still go wrong at the end: a key that was made is shown only here.
      return show(await command(at, call));
    } finally {
      await at.close();
    }
  } catch (thrown) {
    const { message, code, status } = commandErrorOf(thrown);
    const lines = message.split('\n').map(shown).join('\n');
    terminal.errors.write(isJson ? json({ error: { code, message } }) : `${lines}\n`);
    return status;
  }
}

function readWords(words: readonly string[], terminal: Terminal) {
  const count = words[0] === 'doctor' ? 1 : 2;
  const name = words.slice(0, count).join(' ');
  if (!Object.hasOwn(usages, name)) {
    throw new CommandError('usage', `There is no command "${name}". "latchkey --help" shows all of them.`);
  }
  // The doctor alone works without an installation that can be opened.
  const command = name === 'doctor' ? null : commands[name as keyof typeof commands];
  const { options, words: bounds, line }: Usage = usages[name as CommandName];
  const right = `It is called like this: latchkey ${line}`;
  const { values, positionals } = parsed(words.slice(count), options, right);
  if (positionals.length < bounds[0] || positionals.length > bounds[1] || positionals.includes('')) {
    throw new CommandError('usage', right);
  }
  const password = () => readPassword(terminal, values['password-stdin'] === true);
  const call: CommandCall = { words: positionals, values, password };
  return { command, call };
}

function parsed(args: readonly string[], options: Usage['options'], right: string) {
  try {
    const all: Usage['options'] = { ...options, json: { type: 'boolean' } };
    return parseArgs({ args: [...args], options: all, allowPositionals: true, strict: true });
  } catch (error) {
    // What is wrong is said without repeating values: one of them may be a password.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what =
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'An option is unknown.' : 'An option is not right.';
    throw new CommandError('usage', `${what} ${right}`);
  }
}
