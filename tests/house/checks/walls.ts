// Where a vendor or a global of the platform may be used; everywhere else it is behind a wall.
import { withoutComments } from './code-text.ts';
import { importsOf } from './imports.ts';
import type { SourceFile } from './source-files.ts';

interface Wall {
  /** Packages and builtins, by exact name or as the beginning of a subpath. */
  readonly packages: readonly string[];
  /** Paths below `src` where they may be imported. */
  readonly inside: RegExp;
}

const vendorWalls: readonly Wall[] = [
  { packages: ['openid-client', 'oauth4webapi'], inside: /^provider\// },
  { packages: ['jose'], inside: /^(provider|tokens|crypto|testing)\// },
  { packages: ['redis', '@redis/client', 'connect-redis'], inside: /^stores\/redis[^/]*(\/|$)/ },
  { packages: ['node:sqlite', 'kysely', 'pg'], inside: /^(stores\/(?!redis)|directory\/)/ },
  { packages: ['bowser'], inside: /^http\// },
  { packages: ['ejs'], inside: /^(app|local-provider)\// },
  { packages: ['oidc-provider'], inside: /^local-provider\// },
  { packages: ['cors'], inside: /^http\// },
  { packages: ['@opentelemetry/api'], inside: /^tracing\// },
  { packages: ['prom-client'], inside: /^metrics\// },
  { packages: ['node:crypto', 'crypto'], inside: /^crypto\// },
  { packages: ['node:process', 'process'], inside: /^app\/env\.ts$/ },
];

interface GlobalWall {
  readonly what: string;
  readonly pattern: RegExp;
  readonly inside: RegExp;
}

const globalWalls: readonly GlobalWall[] = [
  {
    what: 'process.env',
    pattern: /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[/,
    inside: /^app\/env\.ts$/,
  },
  { what: 'import.meta.env', pattern: /\bimport\.meta\.env\b/, inside: /^$/ },
  { what: 'Date.now', pattern: /\bDate\s*\.\s*now\b/, inside: /^clock\.ts$/ },
  { what: 'new Date()', pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?![\w(\s]))/, inside: /^clock\.ts$/ },
  {
    what: 'the crypto global',
    pattern: /(?:\bglobalThis\s*\.\s*|(?<![\w./'-]))crypto\s*\.\s*(?:subtle|randomUUID|getRandomValues)\b/,
    // The test kit also signs what no library would: unknown critical headers, keys that are too weak.
    inside: /^(crypto|testing)\//,
  },
];

const isPackage = (name: string, from: string): boolean => from === name || from.startsWith(`${name}/`);

/** One line for each use of a vendor or a global on the wrong side of its wall. */
export const breachedWalls = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => {
    const code = withoutComments(file.text);
    const vendors = importsOf(file).flatMap(({ from }) =>
      vendorWalls
        .filter(
          ({ packages, inside }) => packages.some((name) => isPackage(name, from)) && !inside.test(file.path),
        )
        .map(() => `${file.path} imports ${from}`),
    );
    const globals = globalWalls
      .filter(({ pattern, inside }) => pattern.test(code) && !inside.test(file.path))
      .map(({ what }) => `${file.path} uses ${what}`);
    return [...vendors, ...globals];
  });
