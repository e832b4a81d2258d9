// The one-time secret of the first start, as a digest in the data folder.
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import type { SetupSecret, SetupSecrets } from '../directory.ts';
import type { DataFolder } from './data-folder.ts';

/** Keeps it. The file is for its owner alone, and gone once the secret has been used. */
export function setupSecrets(data: DataFolder): SetupSecrets {
  const path = () => data.file('setup-secret.json');
  return {
    read: async () => readSecret(path()),
    write: async (secret) => writeFileSync(path(), JSON.stringify(secret), { mode: 0o600 }),
    async remove() {
      try {
        unlinkSync(path());
        return true;
      } catch (error) {
        // Of several that take it away at once the file is there for one.
        if (isMissing(error)) return false;
        throw error;
      }
    },
  };
}

function readSecret(path: string): SetupSecret | null {
  try {
    const { digest, expiresAt }: Partial<SetupSecret> = JSON.parse(readFileSync(path, 'utf8'));
    return typeof digest === 'string' && typeof expiresAt === 'number' ? { digest, expiresAt } : null;
  } catch (error) {
    // A damaged file is no secret: the next start writes another.
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
