// What an API call ends in when it fails: typed, bounded, and without the token in any part of it.
import { type ErrorCode, LatchkeyError } from '../errors.ts';

/** Codes of an API call that failed. */
export type ApiErrorCode = Extract<ErrorCode, `upstream_${string}`>;

/** What is known about the failure. */
export interface ApiFailure {
  readonly method: string;
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  /** The status of the service; null when no answer came. */
  readonly upstreamStatus: number | null;
  /** The service's own error code, from `code` or `error` of a JSON body. */
  readonly upstreamCode: string | null;
  /** The service's name for this request, to ask its people about it. */
  readonly requestId: string | null;
  /** The beginning of the body, at most 2,000 characters. Hostile text until escaped. */
  readonly bodyText: string;
}

/**
 * A call that failed. `code` and `status` are what this site answers with when nobody catches it (a refusal by a service
 * is not the visitor's fault): 502 or 503. What the service said is in `upstreamStatus`, `upstreamCode` and `bodyText`.
 */
export class ApiError extends LatchkeyError implements ApiFailure {
  declare readonly code: ApiErrorCode;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly upstreamStatus: number | null;
  readonly upstreamCode: string | null;
  readonly requestId: string | null;
  readonly bodyText: string;

  constructor(
    code: ApiErrorCode,
    what: string,
    failure: ApiFailure,
    more: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {},
  ) {
    super(code, { ...more, detail: `${failure.method} ${failure.host}${failure.path} ${what}` });
    this.method = failure.method;
    this.host = failure.host;
    this.path = failure.path;
    this.upstreamStatus = failure.upstreamStatus;
    this.upstreamCode = failure.upstreamCode;
    this.requestId = failure.requestId;
    this.bodyText = failure.bodyText;
  }
}

const longestBodyText = 2000;
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const idHeaders = ['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid', 'cf-ray'];

/** Where a call went, and the token that must not be seen. */
export interface CallPlace {
  readonly method: string;
  readonly url: URL;
  readonly token: string | null;
}

/** The service answered with a status that is no success. */
export function refusedBy(place: CallPlace, response: Response, body: string): ApiError {
  const { status } = response;
  const text = withoutToken(body, place.token).slice(0, longestBodyText);
  const failure = {
    ...failureAt(place),
    upstreamStatus: status,
    upstreamCode: codeIn(body, place.token),
    requestId: requestIdOf(response, place.token),
    bodyText: text,
  };
  const isRedirect = status >= 300 && status < 400;
  const what = isRedirect ? `answered ${status}; redirects are not followed` : `answered ${status}`;
  const seconds = Number(response.headers.get('retry-after') ?? '');
  const retry =
    Number.isInteger(seconds) && seconds > 0 ? { retryAfterSeconds: Math.min(seconds, 3600) } : {};
  if (isRedirect || status < 300) return new ApiError('upstream_response_invalid', what, failure);
  return new ApiError(
    busyStatuses.has(status) ? 'upstream_unavailable' : 'upstream_refused',
    what,
    failure,
    retry,
  );
}

/** No answer came, or one that cannot be used. */
export function failedAt(
  place: CallPlace,
  code: ApiErrorCode,
  what: string,
  cause?: unknown,
  response?: Response,
): ApiError {
  const answered =
    response === undefined
      ? {}
      : { upstreamStatus: response.status, requestId: requestIdOf(response, place.token) };
  const because = cause === undefined ? {} : { cause };
  return new ApiError(code, what, { ...failureAt(place), ...answered }, because);
}

/** The service's name for the request. */
export function requestIdOf({ headers }: Response, token: string | null): string | null {
  const found = idHeaders.map((name) => headers.get(name)).find((value) => value !== null) ?? '';
  return /^[\w.:+=/-]{1,128}$/.test(found) && !holdsToken(found, token) ? found : null;
}

function failureAt({ method, url }: CallPlace): ApiFailure {
  const nothing = { upstreamStatus: null, upstreamCode: null, requestId: null, bodyText: '' };
  return { method, host: url.host, path: url.pathname.slice(0, 500), ...nothing };
}

function codeIn(body: string, token: string | null): string | null {
  try {
    const { code, error } = JSON.parse(body) as { code?: unknown; error?: unknown };
    const found = [code, error].find((value) => typeof value === 'string');
    return typeof found === 'string' && /^[\w.:/-]{1,60}$/.test(found) && !holdsToken(found, token)
      ? found
      : null;
  } catch {
    return null;
  }
}

const holdsToken = (text: string, token: string | null): boolean => token !== null && text.includes(token);

/** Services that echo the request back would otherwise put the token into logs. */
function withoutToken(text: string, token: string | null): string {
  const general = text.replace(/\b(bearer|basic|dpop)(\s+|%20|\+)[\w.~+/%-]+=*/gi, '$1 [redacted]');
  if (token === null) return general;
  return [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1)].reduce(
    (clean, form) => clean.replaceAll(form, '[redacted]'),
    general,
  );
}
