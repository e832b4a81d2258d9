// The audit trail as CSV (RFC 4180), safe to be opened by a program that takes some cells for formulas.
import type { AuditEntry } from '../../machine.ts';

const columns = [
  ...(['at', 'severity', 'action', 'actor', 'resource', 'description'] as const),
  ...(['ip', 'tenant', 'sentBy', 'id', 'data'] as const),
];

/** What a spreadsheet takes for the beginning of a formula, the wide forms of it and blanks before it, too. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
/**
 * The same after what a spreadsheet of another country takes for the end of a cell: where a comma stands in numbers, cells end at
 * semicolons, also between quotes that do not begin one there.
 */
const formulaInside = /(\r\n|[;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])/g;
/** Bytes and more that are sent in one piece. */
const pieceLength = 16_384;

/** The file, piece by piece. */
export async function* auditCsv(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  let piece = `${columns.join(',')}\r\n`;
  for await (const entry of entries) {
    piece += `${columns.map((column) => csvCell(entry[column])).join(',')}\r\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** One cell: quoted, and with an apostrophe before what would be a formula. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const inside = text.replace(formulaInside, "$1'");
  const harmless = formula.test(text) ? `'${inside}` : inside;
  return `"${harmless.replaceAll('"', '""')}"`;
}
