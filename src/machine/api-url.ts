// Joins the base URL with a path: whatever the path is, the result stays below the base.
import { isSecureEnough } from '../config/insecure-url.ts';
import { LatchkeyError } from '../errors.ts';

type ParameterValue = string | number | boolean | null | undefined;

/** The query. Null and undefined are left out, a list gives the name once per value. */
export type QueryParameters =
  | Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>
  | URLSearchParams;

/**
 * A path with its values percent-encoded: `` apiPath`/users/${id}` ``. A value that is empty, or a step of its own such
 * as `..`, is refused when the call is made.
 */
export function apiPath(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return texts.reduce((path, text, index) => {
    const value = encodeURIComponent(String(values[index - 1] ?? '').toWellFormed());
    // An empty value would silently mean the collection: /users/ in place of /users/7.
    return `${path}${value === '' ? emptyValue : value}${text}`;
  });
}

/** Stands for an empty value; refused as a step of its own, and nothing else encodes to it. */
const emptyValue = '%2E';

/** What is wrong with a base URL; null when nothing is. */
export function baseUrlProblem(text: unknown, allowInsecureHttp: boolean): string | null {
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return 'is not an http or https URL.';
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'holds a user name or password.';
  if (/[?#]/.test(text)) return 'has a query or a fragment.';
  if (!isSecureEnough(url, allowInsecureHttp)) return 'is plain http on a host that is not this machine.';
  return null;
}

/**
 * Joins. The path is put below the base, with or without a slash at its beginning; it holds no query.
 * @throws LatchkeyError `request_malformed` for a path that could lead elsewhere
 */
export function joinUrl(base: URL, path: string, parameters: QueryParameters | undefined): URL {
  const problem = pathProblem(path);
  if (problem !== null) throw refuse(problem);
  const prefix = base.pathname.replace(/\/+$/, '');
  const rest = path.replace(/^\//, '');
  const url = new URL(`${base.origin}${prefix}${rest === '' ? '' : `/${rest}`}`);
  // Everything above should make this impossible; the token goes wherever this URL points.
  const inside = url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
  if (url.origin !== base.origin || !inside || url.username !== '') throw refuse('leads out of the base URL');
  for (const [name, value] of entriesOf(parameters)) url.searchParams.append(name, value);
  return url;
}

function pathProblem(path: unknown): string | null {
  if (typeof path !== 'string') return 'is not a text';
  if (path.length > 8000) return 'is too long';
  if (/[\s\p{Cc}\\]/u.test(path)) return 'holds white space, a control character or a backslash';
  if (/[?#]/.test(path)) return 'holds a query or a fragment; give `params`';
  if (path.startsWith('//')) return 'begins with two slashes';
  if (/^[a-z][a-z\d+.-]*:/i.test(path)) return 'is a URL of its own';
  const decoded = fullyDecoded(path);
  if (decoded === null) return 'is not properly percent-encoded';
  if (/\p{Cc}/u.test(decoded)) return 'holds an encoded control character';
  // Some servers decode twice, take a backslash for a slash, or drop what follows a semicolon.
  if (decoded.split(/[/\\]/).some((step) => /^\.{1,2}(?:;.*)?$/.test(step))) return 'holds a step of dots';
  return null;
}

/** Decoded until nothing changes; null where it is not properly encoded, or encoded without end. */
function fullyDecoded(path: string): string | null {
  let text: string;
  try {
    text = decodeURIComponent(path);
  } catch {
    return null;
  }
  for (let round = 0; round < 5; round += 1) {
    // From here on leniently: a percent sign of its own, as in 100%, must not hide what is encoded beside it.
    const next = text.replace(/%([\da-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === text) return text;
    text = next;
  }
  return null;
}

function entriesOf(parameters: QueryParameters | undefined): [string, string][] {
  if (parameters === undefined) return [];
  if (parameters instanceof URLSearchParams) return [...parameters];
  return Object.entries(parameters).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap((one): [string, string][] => (one === null || one === undefined ? [] : [[name, String(one)]])),
  );
}

function refuse(problem: string): LatchkeyError {
  return new LatchkeyError('request_malformed', { detail: `the path of an API call ${problem}` });
}
