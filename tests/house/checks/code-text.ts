// Takes the comments out of TypeScript text, so that the rules judge code and not words about it.

/** After one of these a slash begins a regular expression; after anything else it divides. */
const beforeRegExp = /(?:^|[=([{},;:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))$/;

const endOfQuoted = (text: string, start: number, quote: string): number => {
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
};

const endOfRegExp = (text: string, start: number): number => {
  let isInClass = false;
  let at = start + 1;
  for (; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') isInClass = true;
    else if (text[at] === ']') isInClass = false;
    else if (text[at] === '/' && !isInClass) break;
  }
  return at + 1;
};

/** A template ends at its backtick; what is inside `${…}` may hold templates of its own. */
const endOfTemplate = (text: string, start: number): number => {
  let at = start + 1;
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2;
    else if (text.startsWith('${', at)) at = endOfSubstitution(text, at + 2);
    else at += 1;
  }
  return at + 1;
};

const endOfSubstitution = (text: string, start: number): number => {
  let depth = 1;
  let at = start;
  while (at < text.length && depth > 0) {
    const character = text[at] ?? '';
    if (character === '`') at = endOfTemplate(text, at);
    else if (character === "'" || character === '"') at = endOfQuoted(text, at, character);
    else {
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      at += 1;
    }
  }
  return at;
};

const endOfLiteral = (text: string, at: number, codeBefore: string): number | null => {
  const character = text[at] ?? '';
  if (character === "'" || character === '"') return endOfQuoted(text, at, character);
  if (character === '`') return endOfTemplate(text, at);
  return character === '/' && beforeRegExp.test(codeBefore.trimEnd()) ? endOfRegExp(text, at) : null;
};

/** The same text with its comments as blanks; strings, templates and regular expressions stay. */
export const withoutComments = (text: string): string => {
  let code = '';
  let at = 0;
  while (at < text.length) {
    const isLine = text.startsWith('//', at);
    if (isLine || text.startsWith('/*', at)) {
      const close = isLine ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2;
      const end = close < 2 ? text.length : close;
      // Line breaks stay, so that a line is still found by its number and at its beginning.
      code += text.slice(at, end).replace(/[^\n]/g, ' ');
      at = end;
      continue;
    }
    const end = endOfLiteral(text, at, code.slice(-40)) ?? at + 1;
    code += text.slice(at, end);
    at = end;
  }
  return code;
};
