// The documents: their code compiles, their links lead somewhere, and the example environment is the real one.
import { describe, expect, it } from 'vitest';
import { brokenLinks, codeBlocks } from './checks/documents.ts';
import { environmentDrift } from './checks/environment-example.ts';
import { compileSnippets } from './checks/snippets.ts';
import { filesBelow, isThere, readIfThere, type SourceFile } from './checks/source-files.ts';

const atTheTop = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].flatMap(
  (path): SourceFile[] => {
    const text = readIfThere(path);
    return text === null ? [] : [{ path, text }];
  },
);
const documents = [...atTheTop, ...filesBelow('docs', ['.md'], '.')];

describe('documents', () => {
  it('have TypeScript that compiles', () => {
    const snippets = documents.flatMap(({ path, text }) =>
      codeBlocks(text, 'ts').map((code, index) => ({ name: `${path}-${index + 1}`, code })),
    );
    expect(compileSnippets(snippets)).toEqual([]);
  });

  it('have links that lead to a file and a heading', () => {
    expect(brokenLinks(documents, isThere, readIfThere)).toEqual([]);
  });
});

describe('.env.example', () => {
  it('names exactly the variables that the app reads', async () => {
    const module: unknown = isThere('src/app/env.ts')
      ? await import(new URL('../../src/app/env.ts', import.meta.url).href)
      : { environmentVariables: [] };
    const { environmentVariables } = module as { environmentVariables: readonly { readonly name: string }[] };
    const names = environmentVariables.map(({ name }) => name);
    expect(environmentDrift(readIfThere('.env.example') ?? '', names)).toEqual([]);
  });
});
