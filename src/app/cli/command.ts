// What a command is: what it is called with, and what it answers.
import type { Installation } from './open-installation.ts';

/** How a command was called. */
export interface CommandCall {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  /** Asks for a new password. */
  readonly password: () => Promise<string>;
}

/** The answer: for programs, and for people. */
export interface CommandAnswer {
  readonly data: unknown;
  readonly words: string;
  /** The exit status of a command that was done and found something wrong. Default: 0. */
  readonly status?: number;
}

/** A command. It throws what went wrong. */
export type Command = (at: Installation, call: CommandCall) => Promise<CommandAnswer>;
