// The commands and their options: what is parsed, and what `--help` says.
import type { ParseArgsOptionsConfig } from 'node:util';

/** A command. */
export interface Usage {
  /** How it is called, without `latchkey`. */
  readonly line: string;
  readonly about: string;
  readonly options: ParseArgsOptionsConfig;
  /** How many words stand beside the options: the least and the most. */
  readonly words: readonly [number, number];
}

const text = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const password = { 'password-stdin': flag, permanent: flag } as const;

/** Every command by its words. */
export const usages = {
  'users list': {
    line: 'users list [--search <beginning>] [--count <n>] [--offset <n>]',
    about: 'who there is; 100 at a time',
    options: { search: text, count: text, offset: text },
    words: [0, 0],
  },
  'users add': {
    line: 'users add <name> [--admin] [--permission <p>]… [--role <r>]… [--name <n>] [--email <e>] [--permanent]',
    about: 'makes an account; asks for a password, which is temporary unless --permanent',
    options: { admin: flag, permission: many, role: many, name: text, email: text, ...password },
    words: [1, 1],
  },
  'users disable': {
    line: 'users disable <user>',
    about: 'signs them out everywhere and lets them in no more',
    options: {},
    words: [1, 1],
  },
  'users enable': { line: 'users enable <user>', about: 'lets them in again', options: {}, words: [1, 1] },
  'users set-permissions': {
    line: 'users set-permissions <user> (<permission>… | --none)',
    about: 'exactly these, in place of those there were',
    options: { none: flag },
    words: [1, 200],
  },
  'users set-password': {
    line: 'users set-password <user> [--permanent]',
    about: 'asks for a new one, temporary unless --permanent; signs them out everywhere',
    options: password,
    words: [1, 1],
  },
  'keys list': {
    line: 'keys list [--user <user>]',
    about: 'the API keys of somebody, or those of nobody',
    options: { user: text },
    words: [0, 0],
  },
  'keys create': {
    line: 'keys create <name> [--user <user>] [--permission <p>]… [--role <r>]… [--scope <s>]… [--days <n>]',
    about: 'makes one and shows it, this once',
    options: { user: text, permission: many, role: many, scope: many, days: text },
    words: [1, 1],
  },
  'keys revoke': { line: 'keys revoke <id>', about: 'ends one for good', options: {}, words: [1, 1] },
  doctor: {
    line: 'doctor',
    about:
      'looks at provider, proxy, stores and settings, and says how to mend what is not well; 1 when something fails',
    options: {},
    words: [0, 0],
  },
} as const satisfies Readonly<Record<string, Usage>>;

/** The words of a command. */
export type CommandName = keyof typeof usages;

/** What `--help` says. */
export function helpText(): string {
  const commands = Object.values(usages).map(({ line, about }) => `  latchkey ${line}\n      ${about}\n`);
  return [
    'latchkey                 starts the server\n',
    'latchkey <command>       works on the installation that the environment, or .env, names\n\n',
    ...commands,
    '\n<user> is a user name, or an id of "users list". Each command takes --json.\n',
    'Passwords are asked for without showing them, or read by --password-stdin; never an argument.\n',
    'Exit statuses: 0 done, 1 failed, 64 wrong use, 65 unsuitable, 66 no such user or key, 69 database away,\n',
    '75 written but run it again, 77 refused, 78 configuration.\n',
  ].join('');
}
