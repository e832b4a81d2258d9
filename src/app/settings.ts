// The settings of the app: the environment with its defaults filled in.
import type { AuthOptions } from '../index.ts';
import { readKeyFile } from './env.ts';
import type { Environment } from './variables.ts';

/** What the app runs with. */
export interface Settings {
  readonly production: boolean;
  /** Processes that serve. With more than one, another watches over them. */
  readonly workers: number;
  readonly port: number;
  readonly host: string;
  readonly baseUrl: string;
  /** Null: the app starts its own local provider. */
  readonly issuer: string | null;
  /** The public origin of the local provider; null: it is for this machine alone. */
  readonly localProviderUrl: string | null;
  /** Whether the local provider has the users that everybody knows. Never where others could reach it. */
  readonly demoUsers: boolean;
  readonly minPasswordLength: number;
  readonly sessionSecrets: readonly string[] | null;
  /** Null: the embedded store in the data folder. */
  readonly redisUrl: string | null;
  /** PostgreSQL of the directory. Null: a file in the data folder. */
  readonly databaseUrl: string | null;
  /** Days that entries of the audit trail are kept. */
  readonly auditDays: number;
  readonly dataDir: string;
  readonly trustProxy: number | readonly string[] | null;
  /** Origins whose pages may call the API with credentials. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
  /** Null: no metrics. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  /** Whether the pages that anybody may open ask the provider who is there. */
  readonly silentSignIn: boolean;
  /** What goes to `createAuth` as it is. */
  readonly auth: Omit<
    AuthOptions,
    'issuer' | 'clientId' | 'clientSecret' | 'baseUrl' | 'sessionSecret' | 'sessions'
  >;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

/** Turns the checked environment into settings. */
export function settingsFrom(environment: Environment): Settings {
  const production = environment.NODE_ENV === 'production';
  const port = environment.PORT ?? 3000;
  const issuer = environment.OIDC_ISSUER ?? null;
  const localProviderUrl = environment.LOCAL_PROVIDER_URL?.replace(/\/$/, '') ?? null;
  const baseUrl = environment.BASE_URL ?? `http://localhost:${port}`;
  const audience = environment.OIDC_AUDIENCE;
  // Programs are told of this API where its tokens are those for the base URL.
  const isOwnResource = audience === undefined || audience === new URL(baseUrl).href.replace(/\/+$/, '');
  const level = environment.LATCHKEY_DEBUG === 'on' ? 'debug' : (environment.LOG_LEVEL ?? 'info');
  return {
    production,
    workers: environment.WEB_CONCURRENCY ?? 1,
    port,
    host: environment.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    baseUrl,
    issuer,
    localProviderUrl,
    demoUsers: !production && issuer === null && localProviderUrl === null,
    minPasswordLength: environment.PASSWORD_MIN_LENGTH ?? 12,
    sessionSecrets: environment.SESSION_SECRET ?? null,
    redisUrl: environment.REDIS_URL ?? null,
    databaseUrl: environment.DATABASE_URL ?? null,
    auditDays: environment.AUDIT_DAYS ?? 365,
    dataDir: environment.DATA_DIR ?? './data',
    trustProxy: environment.TRUST_PROXY ?? null,
    corsOrigins: environment.CORS_ORIGINS ?? [],
    logLevel: level,
    metricsPort: environment.METRICS_PORT ?? null,
    metricsHost: environment.METRICS_HOST ?? '127.0.0.1',
    silentSignIn: environment.SILENT_SIGN_IN === 'on',
    clientId: environment.OIDC_CLIENT_ID ?? '',
    clientSecret: environment.OIDC_CLIENT_SECRET,
    auth: withoutUndefined({
      clientAuth: environment.OIDC_CLIENT_AUTH,
      clientKey: readKeyFile(environment.OIDC_CLIENT_KEY_FILE),
      // The demo shows a page that needs a scope, so the local provider is asked for it.
      scope:
        environment.OIDC_SCOPE ??
        (issuer === null ? 'openid profile email offline_access reports' : undefined),
      audience,
      protectedResource: isOwnResource ? { scopes: ['reports'] } : undefined,
      permissionsClaim: environment.OIDC_PERMISSIONS_CLAIM,
      rolesClaim: environment.OIDC_ROLES_CLAIM,
      authorizationFrom: environment.OIDC_AUTHORIZATION_FROM,
      userinfo: environment.OIDC_USERINFO,
      userinfoSeconds: environment.OIDC_USERINFO_SECONDS,
      idleSeconds: environment.SESSION_IDLE_SECONDS,
      absoluteSeconds: environment.SESSION_ABSOLUTE_SECONDS,
      sessionLimit: environment.SESSION_LIMIT,
      accessTokenCookie: environment.ACCESS_TOKEN_COOKIE,
      limits: environment.RATE_LIMITS === 'off' ? (false as const) : undefined,
      dangerouslyAllowInsecureHttp: !production,
    }),
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Leaves out what is not set, so that the library's own defaults hold. */
function withoutUndefined<T extends object>(values: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Defined<T>
  >;
}
