// Where services are, out of environment variables: a region, one base URL, and an address of its own for a service.
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { baseUrlProblem } from './api-url.ts';

/** Variables by name; `process.env` is one. An empty variable counts as not set. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What the program knows by itself. */
export interface OutgoingOptions<Service extends string> {
  /** Base URL of each region: `{ eu: 'https://api.eu.example.com', us: … }`. Default: none. */
  readonly regions?: Readonly<Record<string, string>>;
  /** The region where `LATCHKEY_REGION` is not set. Default: none. */
  readonly defaultRegion?: string;
  /** Path of each service below the base URL: `{ audits: '/audits' }`. Names are small letters, digits and hyphens. */
  readonly services?: Readonly<Record<Service, string>>;
  /** Accepts `http:` URLs whose host is not loopback. */
  readonly dangerouslyAllowInsecureHttp?: boolean;
}

/** Where services are and how they are called. */
export interface Outgoing<Service extends string> {
  /** Null where none is set and every service has an address of its own. */
  readonly baseUrl: string | null;
  /** Address of each service, for `createApiClient`. */
  readonly urls: Readonly<Record<Service, string>>;
  /** `LATCHKEY_HTTP_TIMEOUT_SECONDS`; 5 where it is not set. */
  readonly timeoutSeconds: number;
  /** `LATCHKEY_DEBUG` is `on`, or `LOG_LEVEL` is `debug` or `trace`. */
  readonly debug: boolean;
}

/**
 * Reads `LATCHKEY_REGION`, `LATCHKEY_API_BASE_URL` (which wins over the region), `LATCHKEY_<SERVICE>_URL` (which wins over
 * both), `LATCHKEY_HTTP_TIMEOUT_SECONDS`, `LATCHKEY_DEBUG` and `LOG_LEVEL`. A pure function: hand in `process.env`.
 * @throws ConfigurationError with every problem and how to mend it; no address is repeated, it may hold a password
 */
export function outgoingFrom<Service extends string = never>(
  environment: EnvironmentVariables,
  options: OutgoingOptions<Service> = {},
): Outgoing<Service> {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => void problems.push({ name, problem, mend });
  const read = (name: string) => environment[name]?.trim() || undefined;
  const readUrl = (name: string): string | undefined => {
    const text = read(name);
    const problem =
      text === undefined ? null : baseUrlProblem(text, options.dangerouslyAllowInsecureHttp === true);
    if (problem !== null) add(name, problem, 'Give it such as https://api.example.com.');
    return text;
  };

  const explicit = readUrl('LATCHKEY_API_BASE_URL');
  const baseUrl = regionUrl(read('LATCHKEY_REGION'), options, add, explicit) ?? null;
  const urls = {} as Record<Service, string>;
  for (const [service, path] of Object.entries<string>(options.services ?? {})) {
    const name = `LATCHKEY_${service.toUpperCase().replaceAll('-', '_')}_URL`;
    if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(service) || name === 'LATCHKEY_API_BASE_URL') {
      add(`services.${service}`, 'cannot be a name.', 'Use small letters, digits and single hyphens.');
      continue;
    }
    const own = readUrl(name);
    if (own === undefined && baseUrl === null) {
      const mend = `Set LATCHKEY_REGION or LATCHKEY_API_BASE_URL for all services, or ${name} for this one.`;
      add(name, 'is not set, and there is no base URL.', mend);
    }
    urls[service as Service] = own ?? `${baseUrl?.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  }
  const timeoutSeconds = Number(read('LATCHKEY_HTTP_TIMEOUT_SECONDS') ?? '5');
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 300)) {
    add('LATCHKEY_HTTP_TIMEOUT_SECONDS', 'is not a number above 0 and up to 300.', 'The default is 5.');
  }
  // "False" and "0" must not turn it on, so anything but the two words is a mistake to name.
  const debug = read('LATCHKEY_DEBUG') ?? 'off';
  if (debug !== 'on' && debug !== 'off')
    add('LATCHKEY_DEBUG', 'is neither on nor off.', 'The default is off.');
  if (problems.length > 0) throw new ConfigurationError(problems);
  const level = read('LOG_LEVEL') ?? '';
  return { baseUrl, urls, timeoutSeconds, debug: debug === 'on' || ['debug', 'trace'].includes(level) };
}

function regionUrl(
  given: string | undefined,
  { regions = {}, defaultRegion, dangerouslyAllowInsecureHttp }: OutgoingOptions<string>,
  add: (name: string, problem: string, mend: string) => void,
  explicit: string | undefined,
): string | undefined {
  for (const [name, url] of Object.entries(regions)) {
    const problem = baseUrlProblem(url, dangerouslyAllowInsecureHttp === true);
    if (problem !== null) add(`regions.${name}`, problem, 'Give it such as https://api.example.com.');
  }
  const region = given ?? defaultRegion;
  if (region === undefined) return explicit;
  if (!Object.hasOwn(regions, region)) {
    const known = Object.keys(regions).join(', ');
    const mend = known === '' ? 'No region is known here: leave it out.' : `Use one of: ${known}.`;
    add(given === undefined ? 'defaultRegion' : 'LATCHKEY_REGION', 'is not a region that is known.', mend);
  }
  return explicit ?? regions[region];
}
