// What createApiClient and its calls take, and their checks.
import type { Secret } from '../crypto/secret.ts';
import { ConfigurationError, type ConfigurationProblem, LatchkeyError } from '../errors.ts';
import type { TraceContext } from '../tracing/trace-context.ts';
import type { OutgoingBody, ReadAs } from './api-body.ts';
import { baseUrlProblem, type QueryParameters } from './api-url.ts';
import type { MachineEventListener } from './events.ts';
import type { MachineClient } from './machine-client.ts';

/** Gives the access token for a call. It is asked for each call, so it should keep what it has. */
export type TokenFunction = () => string | Secret | Promise<string | Secret>;

/** The options of `createApiClient`. */
export interface ApiClientOptions {
  /** Where the API is; a path prefix is allowed, and no call leaves it. */
  readonly baseUrl: string;
  /** A machine client, or a function such as `() => req.auth.accessToken()`. Default: calls go out without a token. */
  readonly token?: Pick<MachineClient, 'token' | 'replace'> | TokenFunction;
  /** Seconds for a whole call: token, connecting, headers, body and the second try. Default: 5. */
  readonly timeoutSeconds?: number;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the header that carries `tenant`. Default: `x-tenant-id`. */
  readonly tenantHeader?: string;
  /** The most bytes of an answer that are read, after decompression. Default: 1,000,000. */
  readonly maxResponseBytes?: number;
  /** Receives every call. */
  readonly onEvent?: MachineEventListener;
  /** Accepts an `http:` base URL whose host is not loopback: everybody on the way can read the token. */
  readonly dangerouslyAllowInsecureHttp?: boolean;
}

/** What every call takes. */
export interface ApiCallOptions {
  readonly params?: QueryParameters;
  /** Goes into the tenant header. */
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the call early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The trace this call belongs to: `traceFrom(req)`. Default: that of the request whose handler calls, else a new one. */
  readonly trace?: TraceContext;
  /** How the answer is read. Default: `auto`, by its content type. */
  readonly as?: ReadAs;
}

/** A call that can have a body. */
export interface ApiBodyOptions extends ApiCallOptions, OutgoingBody {}

/** Checks what was read and gives it its type, such as `schema.parse` of zod; what it throws refuses the answer. */
export interface Parsing<T> {
  readonly parse: (data: unknown) => T;
}

/** The same, checked. */
export interface ApiSettings {
  readonly base: URL;
  readonly timeoutSeconds: number;
  readonly headers: Headers;
  readonly tenantHeader: string;
  readonly maxResponseBytes: number;
}

/** Names that the connection or latchkey sets. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'te'],
]);
const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);

/**
 * Checks the options.
 * @throws ConfigurationError with every problem and how to mend it
 */
export function resolveApiOptions(options: ApiClientOptions): ApiSettings {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => void problems.push({ name, problem, mend });
  const { baseUrl, timeoutSeconds = 5, tenantHeader = 'x-tenant-id', maxResponseBytes = 1_000_000 } = options;
  const baseProblem = baseUrlProblem(baseUrl, options.dangerouslyAllowInsecureHttp === true);
  if (baseProblem !== null) add('baseUrl', baseProblem, 'Give it such as https://api.example.com/v1.');
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 300)) {
    add('timeoutSeconds', 'is not a number above 0 and up to 300.', 'The default is 5.');
  }
  if (!isHeaderName(tenantHeader) || ownHeaders.has(tenantHeader.toLowerCase())) {
    add('tenantHeader', 'is not a name for a header.', 'The default is x-tenant-id.');
  }
  if (!(Number.isInteger(maxResponseBytes) && maxResponseBytes > 0)) {
    add('maxResponseBytes', 'is not a whole number above 0.', 'The default is 1000000.');
  }
  let headers = new Headers();
  try {
    headers = mergeHeaders(headers, options.headers, options.token !== undefined);
  } catch (thrown) {
    add('headers', `cannot be sent: ${thrown instanceof Error ? thrown.message : ''}.`, 'Mend or remove it.');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { base: new URL(baseUrl), timeoutSeconds, headers, tenantHeader, maxResponseBytes };
}

/**
 * The headers with more put over them. Values are never repeated in what is thrown: they may be secrets.
 * @throws TypeError for a header that is not the caller's to set
 * @throws LatchkeyError `request_malformed` for a value that cannot be sent
 */
export function mergeHeaders(
  headers: Headers,
  more: Readonly<Record<string, string>> | undefined,
  hasToken: boolean,
): Headers {
  const merged = new Headers(headers);
  for (const [name, value] of Object.entries(more ?? {})) {
    if (!isHeaderName(name)) throw new TypeError('a header has a name that is none');
    if (ownHeaders.has(name.toLowerCase()))
      throw new TypeError(`the header ${name} is set by the connection`);
    if (hasToken && name.toLowerCase() === 'authorization') {
      throw new TypeError('the header authorization comes from the token; leave one of them out');
    }
    setHeader(merged, name, value);
  }
  return merged;
}

/** Sets a header whose value may have come from anywhere. */
export function setHeader(headers: Headers, name: string, value: unknown): void {
  // Latin-1 is what HTTP can carry; a line break would begin a header of somebody else's choice.
  if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new LatchkeyError('request_malformed', {
      detail: `the header ${name} of an API call cannot be sent`,
    });
  }
  headers.set(name, value);
}
