// The judge of return_to: says where on this site a visitor goes after login, and never anywhere else.

/** What the judge needs to know about this site. */
export interface ReturnToRules {
  readonly baseUrl: URL;
  /** Local paths (without the base path) that are never returned to: they would loop or act. */
  readonly deniedPaths: readonly string[];
  /** Local path prefixes that are never returned to, each ending in a slash. */
  readonly deniedPrefixes: readonly string[];
}

/** The longest return_to that is kept, in characters. */
export const maxReturnToLength = 2048;

// Browsers strip controls and read a backslash as a slash, so a text with either means something else there.
const refusedCharacters = /[\p{Cc}\s\\]/u;

/** The path part of the base URL without a trailing slash: '' or '/prefix'. */
export function basePathOf(baseUrl: URL): string {
  return baseUrl.pathname.replace(/\/+$/, '');
}

/** The page people land on when there is nothing better. */
export function homePath(baseUrl: URL): string {
  return `${basePathOf(baseUrl)}/`;
}

/**
 * Gives back the local path, query and fragment of an acceptable return_to, and the home page for everything
 * else. The value is resolved as a browser would (WHATWG URL) and compared by origin; it is never decoded a
 * second time. Checking the text alone is not enough: `/.//evil.example` passes an origin check, yet its path
 * re-emitted is `//evil.example`, another host.
 */
export function judgeReturnTo(value: unknown, rules: ReturnToRules): string {
  return acceptableReturnTo(value, rules) ?? homePath(rules.baseUrl);
}

/** Like {@link judgeReturnTo}, but says null instead of choosing the home page. */
export function acceptableReturnTo(value: unknown, rules: ReturnToRules): string | null {
  if (typeof value !== 'string' || value.length > maxReturnToLength) return null;
  if (!value.startsWith('/') || value.startsWith('//') || refusedCharacters.test(value)) return null;
  if (!URL.canParse(value, rules.baseUrl.href)) return null;
  const url = new URL(value, rules.baseUrl);
  if (url.protocol !== rules.baseUrl.protocol || url.origin !== rules.baseUrl.origin) return null;
  if (url.username !== '' || url.password !== '' || url.pathname.startsWith('//')) return null;

  const basePath = basePathOf(rules.baseUrl);
  if (!`${url.pathname}/`.startsWith(`${basePath}/`)) return null;
  if (isDenied(url.pathname.slice(basePath.length), rules)) return null;
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Percent-encoding can make it longer than what came.
  return path.length > maxReturnToLength ? null : path;
}

function isDenied(pathname: string, rules: ReturnToRules): boolean {
  // Routes match without regard to case or a trailing slash, so the comparison does the same.
  const path = decodeOnce(pathname).toLowerCase().replace(/\/+$/, '');
  return (
    rules.deniedPaths.includes(path) || rules.deniedPrefixes.some((prefix) => `${path}/`.startsWith(prefix))
  );
}

function decodeOnce(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
