// The token set of a session, and the vault that keeps it sealed beside the record.
import type { VaultBackend } from '../config/session-stores.ts';
import type { Sealer } from '../crypto/seal.ts';
import { Secret } from '../crypto/secret.ts';

/** What the provider gave at login. The tokens cannot be printed. */
export interface TokenSet {
  readonly issuer: string;
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
  readonly idToken: Secret;
  /** Whether the access token is a JWT of this provider, checked when it came; null where that was not noted then. */
  readonly accessTokenChecked: boolean | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A token set, and how many times it was replaced. */
export interface VaultContent {
  readonly tokens: TokenSet;
  readonly version: number;
}

/** Keeps token sets. Rejects with the store's error when the store is broken. */
export interface TokenVault {
  read(storeId: string): Promise<VaultContent | null>;
  /** The token set as the vault keeps it, for writing it together with the record. */
  seal(storeId: string, tokens: TokenSet): string;
  write(storeId: string, tokens: TokenSet, seconds: number): Promise<void>;
  remove(storeId: string): Promise<void>;
}

/** Seals every token set with the session it belongs to: one moved under another session's key does not open. */
export function createTokenVault(backend: VaultBackend, sealer: Sealer): TokenVault {
  const seal = (storeId: string, tokens: TokenSet) => sealer.seal('vault', serialize(tokens), storeId);
  return {
    async read(storeId) {
      const kept = await backend.read(storeId);
      const text = kept === null ? null : sealer.open('vault', kept.sealed, storeId);
      return kept === null || text === null ? null : { tokens: parse(text), version: kept.version };
    },
    seal,
    write: (storeId, tokens, seconds) => backend.write(storeId, seal(storeId, tokens), seconds),
    remove: (storeId) => backend.remove(storeId),
  };
}

interface StoredTokens {
  readonly issuer: string;
  readonly at: string;
  readonly rt: string | null;
  readonly it: string;
  readonly exp: number;
  readonly jwt?: boolean | null;
}

function serialize(tokens: TokenSet): string {
  const stored: StoredTokens = {
    issuer: tokens.issuer,
    at: tokens.accessToken.reveal(),
    rt: tokens.refreshToken?.reveal() ?? null,
    it: tokens.idToken.reveal(),
    exp: tokens.expiresAt,
    jwt: tokens.accessTokenChecked,
  };
  return JSON.stringify(stored);
}

function parse(text: string): TokenSet {
  // Authenticated by its seal: only this process's own serialize can have written it.
  const stored = JSON.parse(text) as StoredTokens;
  return {
    issuer: stored.issuer,
    accessToken: new Secret(stored.at),
    refreshToken: stored.rt === null ? null : new Secret(stored.rt),
    idToken: new Secret(stored.it),
    accessTokenChecked: stored.jwt ?? null,
    expiresAt: stored.exp,
  };
}
