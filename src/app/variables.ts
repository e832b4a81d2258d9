// Every environment variable: its check, its default and what it is for, in one table.
import { z } from 'zod';
import { databaseUrlProblems } from '../directory.ts';
import { minSecretLength, originProblems } from '../index.ts';
import { redisUrlProblems } from '../redis.ts';
import { trustProxy } from './trust-proxy.ts';
import { file, list, number, oneOf, seconds, url } from './variable-checks.ts';

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
  OIDC_ISSUER: {
    check: url,
    fallback: 'unset: the built-in local provider',
    about: 'exact issuer URL of your provider',
  },
  OIDC_CLIENT_ID: { check: z.string(), fallback: '', about: 'client id of the registration at the provider' },
  OIDC_CLIENT_SECRET: { check: z.string(), fallback: '', about: 'its secret' },
  OIDC_CLIENT_AUTH: {
    check: oneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'),
    fallback: 'client_secret_basic',
    about: 'how the client proves itself: client_secret_basic, client_secret_post, private_key_jwt or none',
  },
  OIDC_CLIENT_KEY_FILE: { check: file, fallback: '', about: 'PEM or JWK file for private_key_jwt' },
  OIDC_SCOPE: {
    check: z.string(),
    fallback: 'openid profile email offline_access',
    about: 'scopes to ask for',
  },
  OIDC_AUDIENCE: {
    check: z.string(),
    fallback: '',
    about: 'API to ask access tokens for, sent as `resource`; bearer tokens must name it in `aud`',
  },
  OIDC_PERMISSIONS_CLAIM: {
    check: list,
    fallback: 'permissions',
    about: 'claim paths, comma-separated; the first present wins',
  },
  OIDC_ROLES_CLAIM: {
    check: list,
    fallback: 'roles',
    about: 'claim paths, comma-separated; the first present wins',
  },
  OIDC_AUTHORIZATION_FROM: {
    check: list.pipe(z.array(oneOf('access_token', 'id_token', 'userinfo'))),
    fallback: 'access_token,id_token',
    about: 'where permissions and roles are read, in this order',
  },
  OIDC_USERINFO: {
    check: oneOf('login', 'never'),
    fallback: 'login',
    about: '`never` uses the ID token alone',
  },
  OIDC_USERINFO_SECONDS: {
    check: seconds,
    fallback: 'unset: at login and with each renewed token',
    about: 'a visit asks userinfo anew when it is older than so many seconds',
  },
  OIDC_PROFILE: {
    check: oneOf('baseline'),
    fallback: 'baseline',
    about: 'security profile; this version has `baseline`',
  },
  LOCAL_PROVIDER_URL: {
    check: url.refine((text) => !URL.canParse(text) || new URL(text).origin === text.replace(/\/$/, ''), {
      error: 'has more in it than scheme, host and port.',
    }),
    fallback: '',
    about: 'public address of the local provider, for a team without one: it signs in the accounts kept here',
  },
  PASSWORD_MIN_LENGTH: {
    check: number(8, 64),
    fallback: '12',
    about: 'characters that a new password of an account kept here has at the least',
  },
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
