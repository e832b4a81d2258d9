// Finds the programs the tests need and npm cannot bring: redis-server, PostgreSQL, nginx and a Chromium.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Program = 'redis-server' | 'postgres' | 'nginx' | 'chromium';

interface ProgramPlan {
  /** An environment variable that names the file; when it is set nothing else is looked at. */
  readonly override: string;
  readonly names: readonly string[];
  readonly places: readonly string[];
  readonly install: string;
  /** Debian's package, where it is not called like the program. */
  readonly debianPackage?: string;
  /** What it is asked for its version with. Default: `--version`. */
  readonly versionFlag?: string;
}

const plans: Readonly<Record<Program, ProgramPlan>> = {
  'redis-server': {
    override: 'REDIS_SERVER_BIN',
    names: ['redis-server'],
    places: [
      '/usr/bin/redis-server',
      '/usr/local/bin/redis-server',
      '/opt/homebrew/bin/redis-server',
      '/opt/homebrew/opt/redis/bin/redis-server',
      '/opt/local/bin/redis-server',
    ],
    install: 'Debian and Ubuntu: apt-get install redis-server · macOS: brew install redis',
  },
  postgres: {
    override: 'POSTGRES_BIN',
    names: ['postgres'],
    // Debian keeps each version apart; the newest comes first. initdb lies beside it.
    places: [
      ...globSync('/usr/lib/postgresql/*/bin/postgres').sort().reverse(),
      '/opt/homebrew/opt/postgresql/bin/postgres',
    ],
    install: 'Debian and Ubuntu: apt-get install postgresql · macOS: brew install postgresql',
    debianPackage: 'postgresql',
  },
  nginx: {
    override: 'NGINX_BIN',
    names: ['nginx'],
    // Not in the PATH of everybody on Debian.
    places: ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx', '/opt/local/sbin/nginx'],
    install: 'Debian and Ubuntu: apt-get install nginx · macOS: brew install nginx',
    versionFlag: '-v',
  },
  chromium: {
    override: 'CHROMIUM_BIN',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    places: [
      '/usr/lib/chromium/chromium',
      '/usr/bin/chromium',
      '/usr/local/bin/chromium',
      '/opt/homebrew/bin/chromium',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    install: 'Debian: apt-get install chromium · Ubuntu: Google Chrome · macOS: brew install --cask chromium',
  },
};

/** The package that brings the program on Debian. */
export const debianPackage = (program: Program): string => plans[program].debianPackage ?? program;

export const programs = Object.keys(plans) as readonly Program[];

export interface ProgramSearch {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Says whether this file runs; asking the program itself catches Ubuntu's snap stubs. */
  readonly runs?: (file: string) => boolean;
}

const isExecutableFile = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

const answersVersion = (file: string, flag: string): boolean =>
  isExecutableFile(file) &&
  spawnSync(file, [flag], { stdio: 'ignore', timeout: 20_000, killSignal: 'SIGKILL' }).status === 0;

/** The program's file, or null when this machine has none that runs. */
export const findProgram = (program: Program, search: ProgramSearch = {}): string | null => {
  const { override, names, places, versionFlag = '--version' } = plans[program];
  const { env = process.env, runs = (file: string) => answersVersion(file, versionFlag) } = search;
  const named = env[override];
  // A wrong override must be heard of, so it never falls through to another program.
  if (named !== undefined && named !== '') return runs(named) ? named : null;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...places, ...folders.flatMap((folder) => names.map((name) => join(folder, name)))];
  return candidates.find(runs) ?? null;
};

/** Says that an override names nothing that runs: installing a package would not mend it. Null when all is well. */
export const overrideProblem = (program: Program, search: ProgramSearch = {}): string | null => {
  const { env = process.env } = search;
  const { override } = plans[program];
  if ((env[override] ?? '') === '' || findProgram(program, search) !== null) return null;
  return `${override} is ${env[override]}, which is no program that runs. Set it right, or unset it.`;
};

/** Exactly what a person has to do when the program is missing. */
export const installWords = (program: Program): string => {
  const { override, install } = plans[program];
  return `${program} was not found. ${install} · or set ${override} to the file of the program.`;
};

/** For tests: the quick form, which looks at the file alone because prepare-tests has already run it. */
export const requireProgram = (program: Program): string => {
  const file = findProgram(program, { runs: isExecutableFile });
  if (file === null) throw new Error(`${installWords(program)} Then run: npm test`);
  return file;
};
