// The tables of the directory, as its queries see them; SQLite and PostgreSQL have the same.
import type { Generated } from 'kysely';

/** Times are milliseconds since the epoch; flags are 0 and 1; what ends in `_key` is the form that is looked up. */
export interface PersonRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly email: string | null;
  /** JSON, as are roles and profile. */
  readonly permissions: string;
  readonly roles: string;
  readonly profile: string;
  readonly disabled: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** 0: never. */
  readonly last_login_at: number;
  /** Empty where there is none, like the next two. */
  readonly name_key: string;
  readonly username_key: string;
  readonly email_key: string;
  readonly subject_key: string;
}

/** Who has which permission: so that the last administrator is found without reading everybody. */
export interface PermissionRow {
  readonly permission: string;
  readonly person_id: string;
}

export interface PasswordRow {
  readonly person_id: string;
  readonly hash: string;
  readonly temporary: number;
  readonly changed_at: number;
}

export interface LoginTokenRow {
  readonly digest: string;
  readonly person_id: string;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface ApiKeyRow {
  readonly id: string;
  readonly digest: string;
  readonly owner_issuer: string | null;
  readonly owner_subject: string | null;
  /** JSON of what never changes about it. */
  readonly record: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

export interface AuditRow {
  /** The order in which entries were added. */
  readonly seq: Generated<number>;
  readonly id: string;
  /** As it was given; `at_ms` is what is compared. */
  readonly at: string;
  readonly at_ms: number;
  readonly tenant: string | null;
  readonly sent_by: string | null;
  /** 0 for Info to 4 for Critical. */
  readonly severity: number;
  readonly action: string;
  readonly actor: string | null;
  readonly resource: string | null;
  readonly description: string | null;
  readonly ip: string | null;
  readonly data: string | null;
  /** Actor, action, resource and description in lower case, one after another. */
  readonly searched: string;
}

export interface SchemaRow {
  readonly version: number;
  readonly applied_at: number;
}

/** Every name begins with `latchkey_`: the database may be shared with the app that latchkey stands in front of. */
export interface Tables {
  readonly latchkey_people: PersonRow;
  readonly latchkey_permissions: PermissionRow;
  readonly latchkey_passwords: PasswordRow;
  readonly latchkey_login_tokens: LoginTokenRow;
  readonly latchkey_api_keys: ApiKeyRow;
  readonly latchkey_audit: AuditRow;
  readonly latchkey_schema: SchemaRow;
}
