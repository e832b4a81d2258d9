// Checks the options of createAuth and fills in the defaults; reports every problem together.
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { optionProblems } from './option-problems.ts';
import type { AuthOptions, PlaceOf } from './options.ts';
import { limitsForm, resolveLimits } from './rate-limits.ts';
import type { ResolvedOptions } from './resolved-options.ts';

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
  scopeClaim: claimPaths.default(['scope', 'scp']),
  accessTokenTyp: z.enum(['any', 'strict']).default('any'),
  accessTokenMarks: z.array(z.string().min(1)).default(['scope', 'scp', 'client_id', 'cid']),
  introspection: z.enum(['opaque', 'always', 'never']).default('opaque'),
  // Longer, and people who were shut out would not notice for too long.
  introspectionSeconds: z.number().min(0).max(3600).default(30),
  tokenCacheSize: z.number().int().min(1).max(1_000_000).default(1000),
  apiKeySeconds: z.number().min(0).max(3600).optional(),
  directoryIssuer: z.string().min(1).optional(),
  directorySeconds: z.number().min(0).max(3600).default(10),
  protectedResource: z
    .object({
      name: z.string().min(1).optional(),
      documentation: url.optional(),
      scopes: z.array(z.string().min(1)).optional(),
    })
    .optional(),
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
  limits: limitsForm,
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
  problems.push(...optionProblems(options, allowInsecureHttp));
  if (!result.success || problems.length > 0) throw new ConfigurationError(problems);

  const { sessionSecret, scope, baseUrl, clientSecret, clientKey, audience, ...others } = result.data;
  const { sessionLimit, placeOf, protectedResource, ...rest } = others;
  return {
    ...rest,
    clientSecret,
    clientKey,
    audience,
    sessionLimit,
    placeOf,
    userinfoSeconds: rest.userinfoSeconds ?? null,
    userinfoCache: options.userinfoCache,
    // Who has a directory wants a change to count at the next request.
    apiKeySeconds: rest.apiKeySeconds ?? (options.directory && !options.apiKeyCache ? 0 : 10),
    directoryIssuer: rest.directoryIssuer ?? rest.issuer,
    protectedResource,
    baseUrl: new URL(baseUrl),
    sessionSecrets: [sessionSecret].flat(),
    // A default must not stand in the way of a shorter absolute limit.
    idleSeconds: Math.min(rest.idleSeconds, rest.absoluteSeconds),
    scope: scopeWithOpenId(scope),
    limits: resolveLimits(options.limits),
    allowInsecureHttp,
    clock: options.clock ?? systemClock,
  };
}

function scopeWithOpenId(scope: string): string {
  const scopes = new Set(['openid', ...scope.split(/\s+/).filter(Boolean)]);
  return [...scopes].join(' ');
}
