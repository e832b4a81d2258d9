// Every environment variable: its check, its default and what it is for, in one table.
import { z } from 'zod';
import { databaseUrlProblems } from '../directory.ts';
import { minSecretLength, originProblems } from '../index.ts';
import { redisUrlProblems } from '../redis.ts';
import { providerVariables } from './provider-variables.ts';
import { trustProxy } from './trust-proxy.ts';
import { list, number, oneOf, seconds, url } from './variable-checks.ts';

/** How to mend a missing or weak secret. */
export const makeSecret = 'Make one with `openssl rand -base64 48`.';
const isBareUrl = ({ search, hash, username, password }: URL) => search + hash + username + password === '';

/** Every variable: what it is checked by, its default, and what it is for. `.env.example` and the docs follow it. */
export const variables = {
  NODE_ENV: {
    check: oneOf('development', 'production', 'test'),
    fallback: 'development',
    about: '`production` switches the demo off and asks for real settings',
  },
  PORT: {
    check: number(1, 65_534),
    fallback: '3000',
    about: 'port the app listens on; the local provider takes the next one',
  },
  HOST: {
    check: z.string(),
    fallback: '127.0.0.1, in production 0.0.0.0',
    about: 'address the app listens on',
  },
  WEB_CONCURRENCY: {
    check: number(1, 64),
    fallback: '1',
    about:
      'processes that serve on this machine, such as one per core; in production more than one need REDIS_URL',
  },
  BASE_URL: {
    check: url.refine((text) => !URL.canParse(text) || isBareUrl(new URL(text)), {
      error: 'has a query, a fragment or a user name in it. Give origin and path alone.',
    }),
    fallback: 'http://localhost:$PORT',
    about: 'public address; the only source of redirect URIs and links',
  },
  ...providerVariables,
  SESSION_SECRET: {
    check: list.refine((secrets) => secrets.every((secret) => secret.length >= minSecretLength), {
      error: `has a secret of fewer than ${minSecretLength} characters. ${makeSecret}`,
    }),
    fallback: 'made and kept in DATA_DIR; required in production',
    about: 'comma list: the first signs and seals, the rest still open',
  },
  SESSION_IDLE_SECONDS: {
    check: seconds,
    fallback: '86400',
    about: 'a session ends after so many seconds without a visit',
  },
  SESSION_ABSOLUTE_SECONDS: {
    check: seconds,
    fallback: '604800',
    about: 'a session ends after so many seconds in any case',
  },
  SESSION_LIMIT: {
    check: number(1, 1000),
    fallback: 'no limit',
    about: 'sessions a person may have at once; a login beyond it ends their oldest',
  },
  ACCESS_TOKEN_COOKIE: {
    check: oneOf('sealed', 'plain'),
    fallback: 'sealed',
    about: '`plain` shares the token with sibling services',
  },
  REDIS_URL: {
    check: z.string().superRefine((text, found) => {
      for (const { problem, mend } of redisUrlProblems(text)) found.addIssue(`${problem} ${mend}`);
    }),
    fallback: 'unset: embedded store in DATA_DIR',
    about: 'where sessions live: redis://, redis+sentinel:// or redis+cluster://; with TLS rediss…',
  },
  DATABASE_URL: {
    check: z.string().superRefine((text, found) => {
      for (const { problem, mend } of databaseUrlProblems(text)) found.addIssue(`${problem} ${mend}`);
    }),
    fallback: 'unset: SQLite in DATA_DIR',
    about: 'PostgreSQL where people, keys and the audit trail live: postgres://user:password@host/database',
  },
  AUDIT_DAYS: {
    check: number(1, 36_500),
    fallback: '365',
    about: 'days that entries of the audit trail are kept',
  },
  SILENT_SIGN_IN: {
    check: oneOf('on', 'off'),
    fallback: 'off',
    about:
      '`on` asks the provider once per browser session who opens the start page, without showing anything',
  },
  DATA_DIR: { check: z.string(), fallback: './data', about: 'folder for what the embedded defaults keep' },
  TRUST_PROXY: {
    check: trustProxy,
    fallback: '',
    about: 'number of proxy hops, or comma list of their subnets',
  },
  RATE_LIMITS: {
    check: oneOf('on', 'off'),
    fallback: 'on',
    about: '`off` where something in front limits requests; wrong passwords are limited all the same',
  },
  CORS_ORIGINS: {
    check: list.refine((origins) => originProblems(origins).length === 0, {
      error:
        'has something that is no exact origin. Give scheme and host (and port), such as https://app.example.com.',
    }),
    fallback: '',
    about: 'comma list of exact origins whose pages may call /api with credentials',
  },
  LOG_LEVEL: {
    check: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    fallback: 'info',
    about: 'fatal, error, warn, info, debug, trace or silent',
  },
  METRICS_PORT: {
    check: number(1, 65_535),
    fallback: 'unset: no metrics',
    about: 'port of its own for Prometheus, at /metrics',
  },
  METRICS_HOST: {
    check: z.string(),
    fallback: '127.0.0.1',
    about: 'address that port is opened on; 0.0.0.0 in a container, and no further than your own network',
  },
  LATCHKEY_DEBUG: {
    check: oneOf('on', 'off'),
    fallback: 'off',
    about: '`on` logs at debug level; never a secret',
  },
} as const;

type Variables = typeof variables;

/** The variables that are set, checked and converted. */
export type Environment = { readonly [Name in keyof Variables]?: z.output<Variables[Name]['check']> };

/** Name, default and meaning of every variable. */
export const environmentVariables: readonly { name: string; fallback: string; about: string }[] =
  Object.entries(variables).map(([name, { fallback, about }]) => ({ name, fallback, about }));
