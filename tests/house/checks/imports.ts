// Finds what a file imports and exports, by pattern: statements begin a line, as the formatter writes them.
import { withoutComments } from './code-text.ts';
import type { SourceFile } from './source-files.ts';

export interface ImportStatement {
  readonly from: string;
  /** `import type` or `export type`: gone at run time. */
  readonly isTypeOnly: boolean;
}

const statements = /^(import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\s+from\s+)?['"]([^'"\n]+)['"]/gm;
const dynamic = /\bimport\s*\(\s*(['"`])([^'"`\n]+)\1/g;

/** Every import, re-export and `import()` with a literal name. */
export const importsOf = ({ text }: SourceFile): ImportStatement[] => {
  const code = withoutComments(text);
  const named = [...code.matchAll(statements)].map(([, , type, from = '']) => ({
    from,
    isTypeOnly: type !== undefined,
  }));
  const later = [...code.matchAll(dynamic)].map(([, , from = '']) => ({ from, isTypeOnly: false }));
  return [...named, ...later];
};

/** The file that a relative import of `path` means, by the same root; null for a package. */
export const resolveImport = (path: string, from: string): string | null => {
  if (!from.startsWith('.')) return null;
  const base = new URL(path, 'file:///root/src/');
  const { pathname } = new URL(from, base);
  return pathname.startsWith('/root/src/') ? pathname.slice('/root/src/'.length) : `outside:${pathname}`;
};

/** Names a door gives out, `type ` before those that are only types. Null for `export *`, which hides them. */
export const exportedNames = ({ text }: SourceFile): readonly string[] | null => {
  const code = withoutComments(text);
  if (/^export\s+(?:type\s+)?\*/m.test(code)) return null;
  const names = [...code.matchAll(/^export\s+(type\s+)?\{([^}]*)\}\s*from/gm)].flatMap(
    ([, type, list = '']) =>
      list
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map((item) => {
          const isType = type !== undefined || item.startsWith('type ');
          const name =
            item
              .replace(/^type /, '')
              .split(/\s+as\s+/)
              .at(-1) ?? item;
          return isType ? `type ${name}` : name;
        }),
  );
  return names.sort();
};
