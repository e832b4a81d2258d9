// Checks the options of guards when they are made: a requirement that is misspelt would require nothing.
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import type { AnyGuardOptions } from './silent.ts';

type Name = keyof AnyGuardOptions;

const lists = ['scope', 'amr', 'roles', 'permissions'] as const satisfies readonly Name[];
const requirementNames: readonly Name[] = [...lists, 'acr', 'maxAge'];
const answerNames: readonly Name[] = ['unauthenticated', 'onUnauthenticated', 'onForbidden'];
const stackedNames: readonly Name[] = [...requirementNames, 'check', ...answerNames];
const guardNames: readonly Name[] = [...stackedNames, 'optional', 'refresh', 'token', 'apiKeys', 'silent'];

/** The names that each kind of options may have. */
export const optionNames = { guard: guardNames, requires: stackedNames, unless: requirementNames } as const;

/**
 * Looks at names and kinds of what is given; the compiler has not seen what comes from JavaScript or a file.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function checkGuardOptions(options: object, names: readonly string[]): void {
  const problems: ConfigurationProblem[] = [];
  for (const [name, value] of Object.entries(options)) {
    const mend = names.includes(name) ? mendOf(name, value) : `The options here are ${names.join(', ')}.`;
    if (mend === null) continue;
    const problem = names.includes(name) ? 'is not of the right kind.' : 'is no option of this guard.';
    problems.push({ name: name.slice(0, 100), problem, mend });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** How to mend what a guard would compare wrongly; null where it is right. */
function mendOf(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if ((lists as readonly string[]).includes(name)) {
    return isNames(value) ? null : 'Give a list of texts, allOf(…) or anyOf(…).';
  }
  if (name === 'acr') return isText(value) ? null : 'Give one acr value.';
  if (name === 'maxAge') return isSeconds(value) ? null : 'Give a number of seconds, 0 or more.';
  if (name === 'check') return typeof value === 'function' ? null : 'Give a function.';
  return null;
}

function isNames(value: unknown): boolean {
  // A text that nobody can hold refuses everybody, which is safe.
  if (Array.isArray(value)) return value.every((name) => typeof name === 'string');
  if (typeof value !== 'object' || value === null || !('mode' in value) || !('names' in value)) return false;
  return (value.mode === 'all' || value.mode === 'any') && Array.isArray(value.names) && isNames(value.names);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
