// People and keys as the JSON API shows them: named fields, so that nothing secret can come along.
import type { ApiKeyRecord } from '../config/api-key-store.ts';
import type { Person } from './person.ts';

/** A person in an answer. */
export interface UserView {
  readonly id: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly profile: Readonly<Record<string, unknown>>;
  /** Who vouches for the person: `local` for an account that is kept here. */
  readonly issuer: string;
  readonly disabled: boolean;
  readonly mustChangePassword: boolean;
  /** ISO 8601 (UTC), like every time in answers. */
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
}

export function userView(person: Person): UserView {
  const { id, username, name, email, permissions, roles, profile, issuer, disabled, mustChangePassword } =
    person;
  return {
    ...{ id, username, name, email, permissions, roles, profile, issuer, disabled, mustChangePassword },
    createdAt: iso(person.createdAt),
    lastLoginAt: isoOrNull(person.lastLoginAt),
  };
}

/** A key in an answer. The key itself is not among it. */
export function keyView({ id, name, createdAt, expiresAt, lastUsedAt }: ApiKeyRecord) {
  return {
    ...{ id, name, createdAt: iso(createdAt) },
    ...{ expiresAt: isoOrNull(expiresAt), lastUsedAt: isoOrNull(lastUsedAt) },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}
