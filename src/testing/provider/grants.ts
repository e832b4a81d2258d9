// What the provider remembers: codes, tokens and pushed requests, each used as the specifications say.
import type { Grant, Json } from './types.ts';

/** What an access token is, beside its grant. */
export interface TokenFacts {
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** What introspection says, where a test made the token itself. */
  readonly claims?: Json;
}

export interface GrantMemory {
  readonly codes: Map<string, Grant>;
  readonly accessTokens: Map<string, Grant>;
  readonly refreshTokens: Map<string, Grant>;
  readonly pushedRequests: Map<string, URLSearchParams>;
  /** By access token. */
  readonly facts: Map<string, TokenFacts>;
  /** The logins, the newest last. */
  readonly logins: Grant[];
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
    facts: new Map(),
    logins: [],
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
      memory.facts.clear();
      memory.logins.length = 0;
      used.clear();
    },
  };
  return memory;
};
