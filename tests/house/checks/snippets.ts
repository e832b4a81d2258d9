// Compiles code from the documents with the project's own settings, `latchkey` being the sources.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-files.ts';

export interface Snippet {
  /** Where it comes from; becomes the file's name in the compiler's words. */
  readonly name: string;
  readonly code: string;
}

const settings = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    // An example may define what it does not use.
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: { latchkey: [join(root, 'src/index.ts')], 'latchkey/*': [join(root, 'src/*.ts')] },
  },
  include: ['./*.ts'],
};

/** The compiler's complaints about the snippets, none when they are right. The folder is inside the project, so
 * that packages resolve as they do for it. */
export const compileSnippets = (snippets: readonly Snippet[]): string[] => {
  if (snippets.length === 0) return [];
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, '.tmp', 'snippets-'));
  try {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    for (const { name, code } of snippets) {
      // A file without an import or export is a script, and two of those would share their names.
      writeFileSync(join(folder, `${name.replace(/[^\w.-]+/g, '_')}.ts`), `${code}\nexport {};\n`);
    }
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      [compiler, '-p', folder, '--pretty', 'false'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    if (error !== undefined) return [String(error)];
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    return status === 0 ? [] : [...complaints, `tsc ended with ${status}`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
