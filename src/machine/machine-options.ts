// What createMachineClient takes, and its checks: every problem is reported at once.
import { type Clock, systemClock } from '../clock.ts';
import { isSecureEnough } from '../config/insecure-url.ts';
import { minSecretLength } from '../config/option-problems.ts';
import type { ClientAuth } from '../config/options.ts';
import { isPrivateKey } from '../crypto/private-key.ts';
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { type CacheSettings, checkCache, type MachineTokenCache } from './cache-options.ts';
import type { MachineEventListener } from './events.ts';

/** The options of `createMachineClient`. */
export interface MachineClientOptions {
  /** The exact issuer URL of the OpenID provider. */
  readonly issuer: string;
  readonly clientId: string;
  /** Needed for `client_secret_basic` and `client_secret_post`. */
  readonly clientSecret?: string;
  /** Default: `private_key_jwt` where a `clientKey` and no secret is given, else `client_secret_basic`. */
  readonly clientAuth?: Exclude<ClientAuth, 'none'>;
  /** A private key as PEM (PKCS #8) or as a JWK in JSON; needed for `private_key_jwt`. */
  readonly clientKey?: string;
  /** Space-separated. Default: none is asked for. */
  readonly scope?: string;
  /** The API the token is for; sent as `resource` (RFC 8707). Default: none. */
  readonly audience?: string;
  /** More parameters of the token request, for providers that name things in their own way. Default: none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Where the token is shared. Default: `{ type: 'memory' }`, this process alone. */
  readonly cache?: MachineTokenCache;
  /** Seconds that one call to the provider may take. Default: 5. */
  readonly timeoutSeconds?: number;
  /** Receives what happens. */
  readonly onEvent?: MachineEventListener;
  /** Accepts an `http:` issuer whose host is not loopback: everybody on the way can read the secret. */
  readonly dangerouslyAllowInsecureHttp?: boolean;
  /** For tests. Default: the system clock. */
  readonly clock?: Clock;
}

/** The same, checked. */
export interface MachineSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly clientAuth: ClientAuth;
  readonly clientKey: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly cache: CacheSettings | null;
  readonly timeoutSeconds: number;
  readonly allowInsecureHttp: boolean;
  readonly clock: Clock;
}

/** Parameters that are the client's own business and cannot be replaced. */
const reserved: ReadonlySet<string> = new Set([
  ...['grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
]);

/**
 * Checks the options.
 * @throws ConfigurationError with every problem and how to mend it; no secret is repeated in it
 */
export function resolveMachineOptions(options: MachineClientOptions): MachineSettings {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => void problems.push({ name, problem, mend });
  const allowInsecureHttp = options.dangerouslyAllowInsecureHttp === true;
  const { issuer, clientId, clientSecret, clientKey, timeoutSeconds = 5 } = options;

  if (!/^https?:/.test(issuer ?? '') || !URL.canParse(issuer)) {
    add('issuer', 'is not an http or https URL.', 'Give it in full, such as https://login.example.com.');
  } else if (!isSecureEnough(new URL(issuer), allowInsecureHttp)) {
    add('issuer', 'is plain http on a host that is not this machine.', 'Use https.');
  }
  if (!clientId) add('clientId', 'is missing.', 'Take it from the registration at your provider.');
  const clientAuth = options.clientAuth ?? (clientKey && !clientSecret ? 'private_key_jwt' : undefined);
  const method = clientAuth ?? 'client_secret_basic';
  if (!['client_secret_basic', 'client_secret_post', 'private_key_jwt'].includes(method)) {
    const mend =
      'Use client_secret_basic, client_secret_post or private_key_jwt: a machine has to prove itself.';
    add('clientAuth', 'is not one that exists here.', mend);
  } else if (method === 'private_key_jwt') {
    if (!clientKey || !isPrivateKey(clientKey))
      add('clientKey', 'is missing or no private key.', 'Give it as PEM (PKCS #8) or as a JWK in JSON.');
  } else if (!clientSecret) {
    add(
      'clientSecret',
      `is missing, and clientAuth is ${method}.`,
      'Take it from your provider, or give a clientKey.',
    );
  }
  for (const name of Object.keys(options.parameters ?? {})) {
    if (reserved.has(name)) add('parameters', `names ${name}, which is set by latchkey.`, 'Leave it out.');
  }
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 60)) {
    add('timeoutSeconds', 'is not a number above 0 and up to 60.', 'The default is 5.');
  }
  const cache = checkCache(options.cache ?? { type: 'memory' }, minSecretLength, add);
  if (problems.length > 0) throw new ConfigurationError(problems);

  const scope = options.scope?.trim() ?? '';
  return {
    ...{ issuer, clientId, clientSecret, clientKey, timeoutSeconds, allowInsecureHttp, cache },
    clientAuth: method,
    parameters: {
      ...options.parameters,
      ...(scope === '' ? {} : { scope }),
      ...(options.audience === undefined ? {} : { resource: options.audience }),
    },
    clock: options.clock ?? systemClock,
  };
}
