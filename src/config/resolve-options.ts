// Checks the options of createAuth and fills in the defaults; reports every problem together.
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { isPrivateKey } from '../crypto/private-key.ts';
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { isSecureEnough } from './insecure-url.ts';
import type { AuthOptions, PlaceOf, ResolvedOptions } from './options.ts';

/** The shortest secret that is taken, in characters. */
export const minSecretLength = 32;

/** Asymmetric algorithms alone: with HS256 every party that can verify can also sign (RFC 8725 section 3.1). */
export const defaultIdTokenAlgorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const url = z.string().refine((text) => URL.canParse(text) && /^https?:/.test(text), {
  error: 'is not an http or https URL. Give it in full, such as https://login.example.com.',
});
const seconds = z.number().int().positive({ error: 'must be a whole number of seconds above 0.' });
const claimPaths = z.array(z.string().min(1)).min(1, { error: 'needs at least one claim path.' });
const localPath = z
  .string()
  .regex(/^\/[^/\\]/, { error: 'must be a local path that begins with one slash.' });

const schema = z.object({
  issuer: url,
  clientId: z.string().min(1, { error: 'is empty. Take it from the registration at your provider.' }),
  clientSecret: z.string().min(1).optional(),
  clientAuth: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .default('client_secret_basic'),
  clientKey: z.string().min(1).optional(),
  baseUrl: url.refine(
    (text) => !URL.canParse(text) || (new URL(text).search === '' && new URL(text).hash === ''),
    {
      error: 'must not have a query or a fragment.',
    },
  ),
  sessionSecret: z.union([z.string(), z.array(z.string())]),
  scope: z.string().default('openid profile email offline_access'),
  audience: z.string().min(1).optional(),
  permissionsClaim: claimPaths.default(['permissions']),
  rolesClaim: claimPaths.default(['roles']),
  authorizationFrom: z
    .array(z.enum(['access_token', 'id_token', 'userinfo']))
    .default(['access_token', 'id_token']),
  userinfo: z.enum(['login', 'never']).default('login'),
  userinfoSeconds: seconds.optional(),
  idleSeconds: seconds.default(86_400),
  absoluteSeconds: seconds.default(604_800),
  sessionLimit: z.number().int().positive({ error: 'must be a whole number above 0.' }).optional(),
  placeOf: z
    .custom<PlaceOf>((given) => typeof given === 'function', { error: 'is not a function.' })
    .optional(),
  accessTokenCookie: z.enum(['sealed', 'plain']).default('sealed'),
  acrOrder: z.array(z.string().min(1)).default([]),
  idTokenAlgorithms: z
    .array(z.enum(defaultIdTokenAlgorithms))
    .min(1)
    .default([...defaultIdTokenAlgorithms]),
  logoutTokenTyp: z.enum(['any', 'strict']).default('any'),
  providerTimeoutSeconds: z.number().positive().max(60).default(5),
  afterLogoutPath: localPath.default('/logout'),
  neverReturnTo: z.array(localPath).default(['/api/']),
});

/**
 * Checks the options.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function resolveOptions(options: AuthOptions): ResolvedOptions {
  const result = schema.safeParse(options);
  const problems: ConfigurationProblem[] = [];
  if (!result.success) {
    for (const issue of result.error.issues) {
      problems.push({ name: issue.path.join('.'), problem: issue.message, mend: '' });
    }
  }
  const allowInsecureHttp = options.dangerouslyAllowInsecureHttp === true;
  problems.push(...checkTogether(options, allowInsecureHttp));
  if (!result.success || problems.length > 0) throw new ConfigurationError(problems);

  const { sessionSecret, scope, baseUrl, clientSecret, clientKey, audience, sessionLimit, placeOf, ...rest } =
    result.data;
  return {
    ...rest,
    clientSecret,
    clientKey,
    audience,
    sessionLimit,
    placeOf,
    userinfoSeconds: rest.userinfoSeconds ?? null,
    userinfoCache: options.userinfoCache,
    baseUrl: new URL(baseUrl),
    sessionSecrets: [sessionSecret].flat(),
    // A default must not stand in the way of a shorter absolute limit.
    idleSeconds: Math.min(rest.idleSeconds, rest.absoluteSeconds),
    scope: scopeWithOpenId(scope),
    allowInsecureHttp,
    clock: options.clock ?? systemClock,
  };
}

function checkTogether(options: AuthOptions, allowInsecureHttp: boolean): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => problems.push({ name, problem, mend });

  for (const name of ['issuer', 'baseUrl'] as const) {
    const text = options[name];
    if (typeof text !== 'string' || !URL.canParse(text)) continue;
    if (/^http:/.test(text) && !isSecureEnough(new URL(text), allowInsecureHttp)) {
      add(name, 'is plain http on a host that is not this machine.', 'Use https.');
    }
  }
  const secrets = [options.sessionSecret ?? []].flat();
  if (secrets.length === 0)
    add('sessionSecret', 'is missing.', 'Give at least one secret, such as from `openssl rand -base64 48`.');
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < minSecretLength)) {
    add(
      'sessionSecret',
      `has a secret of fewer than ${minSecretLength} characters.`,
      'Make one with `openssl rand -base64 48`.',
    );
  }
  const auth = options.clientAuth ?? 'client_secret_basic';
  if ((auth === 'client_secret_basic' || auth === 'client_secret_post') && !options.clientSecret) {
    add(
      'clientSecret',
      `is missing, and clientAuth is ${auth}.`,
      'Take it from your provider, or choose another clientAuth.',
    );
  }
  if (auth === 'private_key_jwt' && !options.clientKey) {
    add(
      'clientKey',
      'is missing, and clientAuth is private_key_jwt.',
      'Give the private key as PEM (PKCS #8) or JWK.',
    );
  }
  if (auth === 'private_key_jwt' && options.clientKey && !isPrivateKey(options.clientKey)) {
    add(
      'clientKey',
      'is not a private key.',
      'Give it as PEM (PKCS #8, "BEGIN PRIVATE KEY") or as a JWK in JSON.',
    );
  }
  if (options.idleSeconds !== undefined && options.idleSeconds > (options.absoluteSeconds ?? 604_800)) {
    add(
      'idleSeconds',
      'is longer than absoluteSeconds.',
      'Make it shorter: a session never outlives the absolute limit.',
    );
  }
  if (options.userinfoSeconds !== undefined && options.userinfo === 'never') {
    add(
      'userinfoSeconds',
      'has no meaning: userinfo is never asked.',
      'Leave it out, or set userinfo to login.',
    );
  }
  const { userinfoCache: cache } = options;
  if (cache !== undefined && options.userinfoSeconds === undefined) {
    add('userinfoCache', 'needs userinfoSeconds.', 'Say for how long userinfo counts as new.');
  }
  if (cache !== undefined && (typeof cache?.get !== 'function' || typeof cache.set !== 'function')) {
    add('userinfoCache', 'has no get and set.', 'Give both as functions that return promises.');
  }
  if (typeof options.sessions !== 'function') {
    add('sessions', 'is missing.', 'Give redisSessions(url) or embeddedSessions(path).');
  }
  return problems;
}

function scopeWithOpenId(scope: string): string {
  const scopes = new Set(['openid', ...scope.split(/\s+/).filter(Boolean)]);
  return [...scopes].join(' ');
}
