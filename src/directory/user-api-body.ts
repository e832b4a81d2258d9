// Bodies and parameters of the JSON API for accounts: JSON alone, small, and checked before anything is done with them.
import { type Request, type RequestHandler, raw } from 'express';
import { z } from 'zod';
import { LatchkeyError } from '../errors.ts';
import { badRequest, RequestProblems } from './user-api-failures.ts';

const longestBody = 64 * 1024;
/** Names that reach a prototype when an object is copied carelessly. */
const unsafeNames = new Set(['__proto__', 'constructor', 'prototype']);

/** Refuses what no store keeps as it is: names that reach a prototype, NUL, and halves of characters. */
function refuseUnsafe(name: string, value: unknown): unknown {
  const isText = typeof value === 'string';
  if (unsafeNames.has(name) || !isKeepable(name) || (isText && !isKeepable(value))) {
    throw new SyntaxError('a name or a text that cannot be kept');
  }
  return value;
}

function isKeepable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const unread = raw({ limit: longestBody, type: () => true });

/**
 * Reads a JSON body in UTF-8 (RFC 8259 section 8.1), or takes the one that the app has read before; one of another type is
 * 415. Whether none will do, the route says.
 */
export const readBody: RequestHandler = (req, res, next) => {
  unread(req, res, (error?: unknown) => {
    if (error !== undefined) return next(error);
    const given: unknown = req.body;
    req.body = undefined;
    if (given === undefined || (Buffer.isBuffer(given) && given.length === 0)) return next();
    if (!isJson(req.headers['content-type'] ?? '')) {
      return next(new LatchkeyError('request_malformed', { status: 415, detail: 'the body is not JSON' }));
    }
    try {
      const text = Buffer.isBuffer(given) ? utf8.decode(given) : JSON.stringify(given);
      req.body = JSON.parse(text, refuseUnsafe);
    } catch (cause) {
      const detail = 'the body cannot be read as JSON';
      return next(new LatchkeyError('request_malformed', { detail, cause }));
    }
    next();
  });
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isJson(type: string): boolean {
  const [, charset = 'utf-8'] = /^application\/json\s*(?:;\s*charset="?([^";]*)"?\s*)?$/i.exec(type) ?? [
    null,
    '',
  ];
  return /^utf-?8$/i.test(charset);
}

const text = (most: number) => z.string().min(1, 'is empty').max(most, `has more than ${most} characters`);
const username = z.string().trim().min(1, 'is empty').max(200, 'has more than 200 characters');
/** Long enough for every passphrase; hashing costs the same for each. */
const password = text(1024);
const names = z.array(text(200)).max(500, 'has more than 500 entries');

export const loginBody = z.object({ username, password });
export const newPersonBody = z.object({
  ...{ username, password, permissions: names.optional() },
  ...{ name: text(200).nullish(), email: text(200).nullish() },
});
export const permissionsBody = z.object({ permissions: names });
export const passwordBody = z.object({ password });
export const ownPasswordBody = z.object({ oldPassword: password, newPassword: password });
export const profileBody = z.record(z.string(), z.unknown());
export const keyBody = z.object({
  name: z.string().trim().min(1, 'is empty').max(200, 'has more than 200 characters').optional(),
  expiresAt: z.iso.datetime({ offset: true, error: 'is no time in ISO 8601' }).nullish(),
});

/** The body in the shape that is asked for. @throws RequestProblems with everything that is wrong */
export function bodyAs<T>(req: Request, schema: z.ZodType<T>, missing?: unknown): T {
  const result = schema.safeParse(req.body ?? missing);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({
    name: path.join('.'),
    problem: message,
  }));
  throw new RequestProblems(problems, 'request_malformed');
}

/** The page that is asked for, from 0. */
export function pageFrom(req: Request): number {
  const given = new URL(req.originalUrl, 'http://users.invalid').searchParams.getAll('page');
  const [page = '0'] = given;
  if (given.length <= 1 && /^\d{1,9}$/.test(page)) return Number(page);
  throw badRequest('page', 'is no whole number from 0 on');
}

/** The id in the path. What cannot be one is unknown. */
export function idFrom(req: Request): string {
  const { id } = req.params;
  if (typeof id === 'string' && /^[\w.~-]{1,200}$/.test(id)) return id;
  throw new LatchkeyError('not_found');
}
