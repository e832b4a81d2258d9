// Why the app does not start, in a sentence that names the setting, and the exit status that goes with it.
import { ConfigurationError } from '../index.ts';

/** What the library calls an option, and the variable that sets it. */
const variableOf: Readonly<Record<string, string>> = {
  issuer: 'OIDC_ISSUER',
  clientId: 'OIDC_CLIENT_ID',
  clientSecret: 'OIDC_CLIENT_SECRET',
  clientKey: 'OIDC_CLIENT_KEY_FILE',
  baseUrl: 'BASE_URL',
  sessionSecret: 'SESSION_SECRET',
  scope: 'OIDC_SCOPE',
  redisSessions: 'REDIS_URL',
  databaseUrl: 'DATABASE_URL',
};

/** Status 78 is EX_CONFIG of sysexits.h. */
export function startFailure(error: unknown): { readonly words: string; readonly status: number } {
  if (error instanceof ConfigurationError) {
    const problems = error.problems.map((problem) => ({
      ...problem,
      name: variableOf[problem.name] ?? problem.name,
    }));
    return { words: new ConfigurationError(problems).message, status: 78 };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return { words: `latchkey cannot start: ${message}.${hints[code] ?? ''}`, status: 1 };
}

const hints: Readonly<Record<string, string>> = {
  EADDRINUSE:
    ' Another program has the port: end it, or set PORT. The local provider takes the port after PORT.',
  EADDRNOTAVAIL: ' HOST is not an address of this machine.',
  ENOTFOUND: ' HOST is not a name of this machine.',
  EACCES: ' The port or a file is not permitted: check PORT and DATA_DIR.',
  ERR_SQLITE_ERROR: ' A database file in DATA_DIR cannot be used.',
};
