// The only reader of the environment: reads, checks and reports all problems together.
import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError, type ConfigurationProblem } from '../index.ts';
import { checkTogether } from './check-environment.ts';
import { type Environment, variables } from './variables.ts';

export { environmentVariables } from './variables.ts';

/** Loads `.env` of the working folder, if there is one; what is set already stays. */
export function loadEnvFile(path = '.env'): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

/**
 * Reads and checks the environment. An empty variable counts as not set.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const problems: ConfigurationProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { check, about }] of Object.entries(variables)) {
    const text = source[name]?.trim();
    if (text === undefined || text === '') continue;
    const result = check.safeParse(text);
    if (result.success) values[name] = result.data;
    else
      problems.push({
        name,
        problem: [...new Set(result.error.issues.map(({ message }) => message))].join(' It '),
        mend: `What it is for: ${about}.`,
      });
  }
  const environment = values as Environment;
  // A variable that cannot be read is not missing as well.
  const named = new Set(problems.map(({ name }) => name));
  problems.push(...checkTogether(environment).filter(({ name }) => !named.has(name)));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

/** The content of a key file. */
export function readKeyFile(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
