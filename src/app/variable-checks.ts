// The kinds of values that environment variables have, each with words for what is no such value.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const number = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: 'is not a whole number written in digits.' })
    .transform(Number)
    .pipe(
      z
        .number()
        .min(least, { error: `is below ${least}.` })
        .max(most, { error: `is above ${most}.` }),
    );
export const url = z.string().refine((text) => URL.canParse(text) && /^https?:\/\//.test(text), {
  error: 'is not an http or https URL in full, with the host.',
});
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const oneOf = <const T extends readonly [string, ...string[]]>(...names: T) =>
  z.enum(names, { error: `is not one of ${names.join(', ')}.` });
export const seconds = number(1, 400 * 86_400);
export const file = z
  .string()
  .refine(isReadable, { error: 'names a file that is not there or cannot be read.' });

function isReadable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
