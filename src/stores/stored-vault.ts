// How a vault is written down: its version, a colon, and the sealed tokens.
import type { SealedTokens } from '../config/session-stores.ts';

/** The vault as text. */
export function writeVault({ version, sealed }: SealedTokens): string {
  return `${version}:${sealed}`;
}

/** The vault from text; null for anything that is not one. */
export function readVault(text: string | null): SealedTokens | null {
  const found = text === null ? null : /^(\d{1,9}):/.exec(text);
  return text === null || found === null
    ? null
    : { version: Number(found[1]), sealed: text.slice(found[0].length) };
}
