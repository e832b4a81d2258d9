// Reads Markdown: code blocks that must compile, and links that must lead somewhere.
import type { SourceFile } from './source-files.ts';

/** The fenced blocks marked with this language. */
export const codeBlocks = (markdown: string, language: string): string[] => {
  const fence = new RegExp(`^ {0,3}\`\`\`${language}[ \\t]*\\n([\\s\\S]*?)^ {0,3}\`\`\``, 'gm');
  return [...markdown.matchAll(fence)].map(([, code = '']) => code);
};

const withoutCode = (markdown: string): string =>
  markdown.replace(/^ {0,3}```[\s\S]*?^ {0,3}```/gm, '').replace(/`[^`\n]*`/g, '');

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchorsIn = (markdown: string): Set<string> => {
  const headings = markdown.replace(/^ {0,3}```[\s\S]*?^ {0,3}```/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm);
  const anchors = new Set<string>();
  for (const [, heading = ''] of headings) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  for (const [, id = ''] of markdown.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
};

const linksIn = (markdown: string): string[] => {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*(\S+)/gm)];
  const html = [...text.matchAll(/<(?:img|a|source)\b[^>]*\b(?:src|href|srcset)="([^"]+)"/g)];
  return [...inline, ...references, ...html].map(([, link = '']) => link);
};

/** One line for each local link to a file or heading that does not exist. */
export const brokenLinks = (
  documents: readonly SourceFile[],
  exists: (path: string) => boolean,
  read: (path: string) => string | null,
): string[] =>
  documents.flatMap(({ path, text }) =>
    linksIn(text).flatMap((link) => {
      if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : new URL(file, `file:///${path}`).pathname.slice(1);
      const decoded = decodeURIComponent(target).replace(/\/$/, '');
      if (!exists(decoded)) return `${path}: ${link} does not exist`;
      if (anchor === undefined || !decoded.endsWith('.md')) return [];
      return anchorsIn(read(decoded) ?? '').has(anchor) ? [] : `${path}: ${link} has no such heading`;
    }),
  );
