// What every page is given: the product, the person looking, addresses, and times in words.
import type { Request } from 'express';
import type { Assets, RequestAuth, User } from '../index.ts';

/** What a page needs of a request, guarded or not. */
export type PageRequest = Omit<Request, 'user' | 'auth'> & {
  readonly user?: unknown;
  readonly auth?: RequestAuth | null;
};

/** The person looking at a page; claims are somebody else's text. */
export interface Viewer {
  readonly name: string;
  readonly initials: string;
}

/**
 * Makes the locals of a page.
 * @param adminPermission - who has it is shown the way to the pages of administrators; null: there are none
 */
export function createPageLocals(
  product: string,
  basePath: string,
  assets: Assets,
  adminPermission: string | null,
) {
  return (req: PageRequest, title: string) => ({
    product,
    basePath,
    asset: assets.href,
    title,
    path: localPath(req, basePath),
    viewer: viewerOf(req.user as User | null | undefined),
    hasAccountPages: adminPermission !== null,
    isAdmin: adminPermission !== null && (req.auth?.permissions ?? []).includes(adminPermission),
    words,
    time: timeIn(languageOf(req)),
  });
}

/** The name to greet somebody by: what they are called, else how they sign in, else their id. */
export function viewerOf(user: User | null | undefined): Viewer | null {
  if (!user) return null;
  const candidates = [user.name, user.given_name, user.nickname, user.preferred_username, user.email];
  const name = candidates.find((text) => typeof text === 'string' && text.trim() !== '')?.trim() ?? user.sub;
  return { name: name.slice(0, 120), initials: initialsOf(name) };
}

/** Codes of permissions, scopes and roles in words; a code that is not known says enough by itself. */
export function words(code: string): string {
  const known: Readonly<Record<string, string>> = {
    'reports:read': 'Read reports',
    reports: 'Open reports',
    admin: 'Administer this product',
    openid: 'Sign you in',
    profile: 'See your name and profile',
    email: 'See your email address',
    offline_access: 'Keep you signed in',
  };
  return Object.hasOwn(known, code) ? (known[code] ?? '') : '';
}

function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  const [first, last] = [parts[0], parts.length > 1 ? parts.at(-1) : undefined];
  const letters = [first, last].map((part) => (part === undefined ? '' : (firstLetter(part) ?? '')));
  return letters.join('').toLocaleUpperCase('en') || '?';
}

// Making one costs more than everything else about a page's locals.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The first thing a reader would call a character, be it a letter or an emoji. */
function firstLetter(text: string): string | undefined {
  return segmenter.segment(text)[Symbol.iterator]().next().value?.segment;
}

function languageOf(req: PageRequest): string {
  const wanted = req.acceptsLanguages()[0];
  try {
    return wanted === undefined || wanted === '*' ? 'en' : (Intl.getCanonicalLocales(wanted)[0] ?? 'en');
  } catch {
    return 'en';
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function timeIn(language: string) {
  return (date: Date) => {
    let format = formats.get(language);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
      // Visitors choose the language, so the number of kept formats has an end.
      if (formats.size >= 50) formats.clear();
      formats.set(language, format);
    }
    return { iso: date.toISOString(), text: `${format.format(date)} UTC` };
  };
}

/** A safe local path, for links back to the page; never a protocol-relative one. */
function localPath(req: PageRequest, basePath: string): string {
  return /^\/(?![/\\])/.test(req.originalUrl) ? req.originalUrl : `${basePath}/`;
}
