// A person's browser without a screen: navigations, forms and fetches with the headers and cookies a real one sends.
import type { IncomingHttpHeaders } from 'node:http';
import { type BrowserCookies, createBrowserCookies } from './browser-cookies.ts';
import { sendRequest } from './browser-request.ts';
import { originHeaders, sameSiteContext, secFetchSite } from './browser-site.ts';

/** One request and its answer. Redirects are not followed until `follow` is asked. */
export interface Visit {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly setCookies: readonly string[];
  /** Absolute; null when there is none or it is no URL. */
  readonly location: string | null;
  readonly headerBytes: number;
  readonly body: string;
  json<T = unknown>(): T;
  readonly intent: VisitIntent;
}

interface VisitIntent {
  readonly kind: { readonly mode: string; readonly dest: string };
  readonly from: string | null;
  readonly body: string | null;
  readonly extra: Readonly<Record<string, string>>;
  readonly secFetch: boolean;
}

export interface VisitOptions {
  /** Added to, or put in place of, what the browser sends. */
  readonly headers?: Readonly<Record<string, string>>;
  /** URL of the page that began this; null is an address typed by the person. */
  readonly from?: string | null;
  /** false: an old browser, without Sec-Fetch headers. */
  readonly secFetch?: boolean;
}

export interface FetchOptions extends VisitOptions {
  readonly method?: string;
  readonly json?: unknown;
}

export interface BrowserClient {
  readonly cookies: BrowserCookies;
  /** A navigation: typed, or from the page in `from`. */
  get(url: string, options?: VisitOptions): Promise<Visit>;
  /** A form sent from a page of the same origin, unless `from` says otherwise. */
  post(url: string, fields?: Readonly<Record<string, string>>, options?: VisitOptions): Promise<Visit>;
  /** A script's fetch with credentials, from a page of the same origin unless `from` says otherwise. */
  fetchJson(url: string, options?: FetchOptions): Promise<Visit>;
  /** Something a page embeds: `image`, `iframe`, `script`, … */
  embed(url: string, dest: string, options?: VisitOptions): Promise<Visit>;
  /** One redirect further. */
  follow(visit: Visit): Promise<Visit>;
  /** To the end of the redirects; throws when there are more than `limit`. Every hop is in `trail`, when given. */
  followAll(visit: Visit, limit?: number, trail?: Visit[]): Promise<Visit>;
  /** Another browser window of the same person at this moment: a copy of the jar. */
  clone(): BrowserClient;
}

export interface BrowserClientOptions {
  readonly cookies?: BrowserCookies;
  /** Public origins that a TLS-ending proxy serves: `{ 'https://app.example': 'http://127.0.0.1:4000' }`. */
  readonly behindProxy?: Readonly<Record<string, string>>;
  readonly userAgent?: string;
  readonly timeoutMs?: number;
}

const navigation = { mode: 'navigate', dest: 'document' } as const;
const pageAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

export const isRedirect = ({ status, location }: Visit): boolean =>
  location !== null && [301, 302, 303, 307, 308].includes(status);

const absolute = (location: string | undefined, base: string): string | null =>
  location !== undefined && URL.canParse(location, base) ? new URL(location, base).href : null;

export const createBrowserClient = (options: BrowserClientOptions = {}): BrowserClient => {
  const { cookies = createBrowserCookies(), behindProxy = {}, timeoutMs = 15_000 } = options;
  const userAgent = options.userAgent ?? 'Mozilla/5.0 (X11; Linux x86_64) latchkey-tests';

  const send = async (method: string, url: string, intent: VisitIntent): Promise<Visit> => {
    const { kind, from, body } = intent;
    const isNavigation = kind.mode === 'navigate';
    const context = sameSiteContext({ url, from, method, isTopLevel: kind.dest === 'document' });
    const cookie = cookies.header(url, context);
    const secFetch = {
      'sec-fetch-site': secFetchSite(url, from),
      'sec-fetch-mode': kind.mode,
      'sec-fetch-dest': kind.dest,
      ...(kind.dest === 'document' ? { 'sec-fetch-user': '?1' } : {}),
    };
    const requestHeaders: Record<string, string> = {
      'user-agent': userAgent,
      accept: isNavigation ? pageAccept : '*/*',
      'accept-language': 'en-GB,en;q=0.9',
      ...(intent.secFetch ? secFetch : {}),
      ...originHeaders({ url, from, method, isCors: kind.mode === 'cors' }),
      ...(cookie === null ? {} : { cookie }),
      ...intent.extra,
    };
    const answer = await sendRequest(
      { method, url, headers: requestHeaders, body },
      { behindProxy, timeoutMs },
    );
    const setCookies = answer.headers['set-cookie'] ?? [];
    // A top-level answer may set any cookie; an embedded one of another site only SameSite=None.
    const mayStore = (line: string): boolean =>
      context !== 'none' || isNavigation || /samesite=none/i.test(line);
    for (const line of setCookies.filter(mayStore)) cookies.set(url, line);
    const { location } = answer.headers;
    return {
      method,
      url,
      requestHeaders,
      ...answer,
      setCookies,
      location: absolute(location, url),
      json: <T>() => JSON.parse(answer.body) as T,
      intent,
    };
  };

  const intentOf = (kind: VisitIntent['kind'], from: string | null, given: VisitOptions): VisitIntent => ({
    kind,
    from: given.from === undefined ? from : given.from,
    body: null,
    extra: given.headers ?? {},
    secFetch: given.secFetch ?? true,
  });

  const client: BrowserClient = {
    cookies,
    get: (url, given = {}) => send('GET', url, intentOf(navigation, null, given)),
    post: (url, fields = {}, given = {}) => {
      const intent = intentOf(navigation, url, given);
      const extra = { 'content-type': 'application/x-www-form-urlencoded', ...intent.extra };
      return send('POST', url, { ...intent, extra, body: new URLSearchParams(fields).toString() });
    },
    fetchJson: (url, given = {}) => {
      const intent = intentOf({ mode: 'cors', dest: 'empty' }, url, given);
      const { method = 'GET', json } = given;
      if (json === undefined) {
        return send(method, url, { ...intent, extra: { accept: 'application/json', ...intent.extra } });
      }
      const extra = { accept: 'application/json', 'content-type': 'application/json', ...intent.extra };
      return send(method, url, { ...intent, extra, body: JSON.stringify(json) });
    },
    embed: (url, dest, given = {}) => {
      const mode = dest === 'iframe' ? 'navigate' : 'no-cors';
      return send('GET', url, intentOf({ mode, dest }, url, given));
    },
    follow: (visit) => {
      if (visit.location === null)
        throw new Error(`${visit.method} ${visit.url} answered ${visit.status}: no redirect`);
      const keepsMethod = visit.status === 307 || visit.status === 308;
      if (keepsMethod) return send(visit.method, visit.location, visit.intent);
      const { 'content-type': _dropped, ...extra } = visit.intent.extra;
      return send('GET', visit.location, { ...visit.intent, body: null, extra });
    },
    async followAll(visit, limit = 20, trail = []) {
      let current = visit;
      trail.push(current);
      for (let hops = 0; isRedirect(current); hops += 1) {
        if (hops === limit) throw new Error(`more than ${limit} redirects, last to ${current.location}`);
        current = await client.follow(current);
        trail.push(current);
      }
      return current;
    },
    clone: () => createBrowserClient({ ...options, cookies: cookies.clone() }),
  };
  return client;
};
