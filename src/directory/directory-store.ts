// Everything that the directory keeps, in one database.
import type { ApiKeyStore } from '../config/api-key-store.ts';
import type { AuditTrail } from '../config/audit-store.ts';
import type { LoginTokens, Passwords } from './credentials.ts';
import type { People } from './people.ts';

/**
 * An open database of the directory. It is migrated before the first answer; whatever cannot be answered rejects with
 * `store_unavailable`.
 */
export interface DirectoryStore {
  readonly kind: 'sqlite' | 'postgres';
  readonly people: People;
  readonly passwords: Passwords;
  readonly loginTokens: LoginTokens;
  /**
   * The key port. A key of a person carries the permissions and roles that the person has at the moment, or, where it
   * was made with some, those of them that the person has. It is found as revoked while they are disabled, and is gone
   * with them. A key of somebody who is not in the directory is as it was made; one that acts for an account kept here,
   * and not there, is unknown.
   */
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditTrail;
  /** Resolves when the database answers, rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
