// A browser's cookie jar: Secure, prefix and SameSite rules as Chromium has them; ports of one host share cookies.
import { Cookie, CookieJar } from 'tough-cookie';

export type SameSiteContext = 'strict' | 'lax' | 'none';

export interface BrowserCookies {
  /** Cookies the browser would send to this URL from a page of the same site; all of them without a URL. */
  list(url?: string): readonly Cookie[];
  names(url?: string): readonly string[];
  value(url: string, name: string): string | null;
  /** Puts a cookie there as a Set-Cookie header of this URL would; false when a browser would refuse it. */
  set(url: string, setCookie: string): boolean;
  /** Removes every cookie of this name that would go to the URL. */
  delete(url: string, name: string): void;
  clear(): void;
  /** The Cookie header, or null. */
  header(url: string, context: SameSiteContext): string | null;
  clone(): BrowserCookies;
}

/** RFC 6265bis as Chromium does it: no attribute means Lax, and None needs Secure. Null when it is refused. */
const parse = (setCookie: string): Cookie | null => {
  const cookie = Cookie.parse(setCookie, { loose: true });
  if (cookie === undefined) return null;
  cookie.sameSite ??= 'lax';
  if (cookie.sameSite === 'none' && !cookie.secure) return null;
  // Chromium drops a cookie whose name and value together pass 4096 bytes.
  return Buffer.byteLength(cookie.key) + Buffer.byteLength(cookie.value) > 4096 ? null : cookie;
};

const wrap = (jar: CookieJar): BrowserCookies => {
  const all = (): Cookie[] => {
    const { cookies } = jar.serializeSync() ?? { cookies: [] };
    return cookies.flatMap((json) => Cookie.fromJSON(json) ?? []).filter((cookie) => cookie.TTL() > 0);
  };
  const sent = (url: string, context: SameSiteContext): Cookie[] =>
    jar.getCookiesSync(url, { sameSiteContext: context, http: true });
  const cookies: BrowserCookies = {
    list: (url) => (url === undefined ? all() : sent(url, 'strict')),
    names: (url) => cookies.list(url).map(({ key }) => key),
    value: (url, name) => sent(url, 'strict').find(({ key }) => key === name)?.value ?? null,
    set(url, setCookie) {
      const cookie = parse(setCookie);
      if (cookie === null) return false;
      // The jar keeps silent about refusals, so it is asked whether it has the cookie now.
      return jar.setCookieSync(cookie, url, { ignoreError: true }) !== undefined;
    },
    delete(url, name) {
      for (const { key, path, domain, hostOnly } of sent(url, 'strict')) {
        if (key !== name) continue;
        const scope = `${hostOnly === true ? '' : `; Domain=${domain}`}; Path=${path}; Secure`;
        const plain = `${hostOnly === true ? '' : `; Domain=${domain}`}; Path=${path}`;
        const isAllowed = cookies.set(url, `${key}=; Max-Age=0${scope}`);
        if (!isAllowed) cookies.set(url, `${key}=; Max-Age=0${plain}`);
      }
    },
    clear: () => jar.removeAllCookiesSync(),
    header: (url, context) => {
      const header = sent(url, context)
        .map((cookie) => cookie.cookieString())
        .join('; ');
      return header === '' ? null : header;
    },
    clone: () => wrap(jar.cloneSync() ?? createJar()),
  };
  return cookies;
};

// `localhost` is a public suffix to the list that tough-cookie carries; a browser has no such qualms.
const createJar = (): CookieJar => new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true });

export const createBrowserCookies = (): BrowserCookies => wrap(createJar());
