// What the provider remembers: codes, tokens and pushed requests, each used as the specifications say.
import { randomBytes } from 'node:crypto';
import type { Grant } from './types.ts';

export const randomValue = (bytes = 32): string => randomBytes(bytes).toString('base64url');

export interface GrantMemory {
  readonly codes: Map<string, Grant>;
  readonly accessTokens: Map<string, Grant>;
  readonly refreshTokens: Map<string, Grant>;
  readonly pushedRequests: Map<string, URLSearchParams>;
  /** Takes a one-time value; a second use ends the whole grant (RFC 9700 sections 2.2.2 and 4.14). */
  takeOnce(values: Map<string, Grant>, value: string): Grant | null;
  find(values: Map<string, Grant>, value: string): Grant | null;
  clear(): void;
}

export const createGrantMemory = (): GrantMemory => {
  const used = new Set<string>();
  const memory: GrantMemory = {
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    pushedRequests: new Map(),
    takeOnce(values, value) {
      const grant = values.get(value);
      if (grant === undefined) return null;
      if (used.has(value)) grant.isRevoked = true;
      used.add(value);
      return grant.isRevoked ? null : grant;
    },
    find(values, value) {
      const grant = values.get(value);
      return grant === undefined || grant.isRevoked ? null : grant;
    },
    clear() {
      for (const values of [memory.codes, memory.accessTokens, memory.refreshTokens, memory.pushedRequests]) {
        values.clear();
      }
      used.clear();
    },
  };
  return memory;
};
