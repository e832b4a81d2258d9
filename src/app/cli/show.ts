// What commands print: tables for people, JSON for programs, and nothing that a terminal would obey.

/** Controls, and characters that show nothing or turn the direction of what follows. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text that came from elsewhere, as one line for a terminal. */
export function shown(text: string): string {
  return text.replace(unseen, '·');
}

/** Columns under their names; a column is as wide as its longest text. */
export function table(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [names, ...rows].map((row) => row.map(shown));
  const widths = names.map((_, column) => Math.max(...lines.map((row) => [...(row[column] ?? '')].length)));
  const padded = (text: string, column: number) =>
    text + ' '.repeat((widths[column] ?? 0) - [...text].length);
  return lines.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('');
}

/** JSON in one piece. What a terminal obeys, or a reader takes for the end of a line, is escaped. */
export function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/[\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** A time as ISO 8601; null stays. */
export function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** The same for a table. */
export function minute(at: number | null): string {
  return at === null ? '-' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
