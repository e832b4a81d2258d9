// Reads what people put into the forms of pages: small, urlencoded, and each field once.
import express, { type Request, type RequestHandler } from 'express';
import { LatchkeyError } from '../index.ts';

/** Reads the body of a form. Stands behind the guards, so that nobody else's is read. */
export const readForm: RequestHandler = express.urlencoded({
  extended: false,
  limit: '32kb',
  parameterLimit: 50,
});

/** A field that the form has. A form without it, or with two of it, is none of ours. */
export function formField(req: Request, name: string): string {
  const fields: unknown = req.body;
  const value = isRecord(fields) && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value !== 'string') {
    throw new LatchkeyError('request_malformed', { detail: `the form has no single field ${name}` });
  }
  return value;
}

/** Names that were typed one per line or with commas between them, each once. */
export function namesIn(text: string): readonly string[] {
  const names = text.split(/[\r\n,]+/).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Characters that show nothing, or turn the direction of what follows. */
export const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u;
const longestName = 200;

/** What is wrong with names that were typed; null: nothing. `blanks`: whether a name may have them inside. */
export function problemOfNames(names: readonly string[], blanks: boolean): string | null {
  if (names.some((name) => name.length > longestName)) return `Each has at most ${longestName} characters.`;
  if (names.some((name) => unseen.test(name))) return 'One of them has a character in it that nobody sees.';
  if (!blanks && names.some((name) => /\s/.test(name))) {
    return 'A permission has no blanks in it. Write one per line.';
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
