// Every version of the schema, as the statements that lead to it from the one before. Only ever added to.

/** Which database the statements are for. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** The statements of one version. */
export type Migration = (kind: DatabaseKind) => readonly string[];

/** What SQLite and PostgreSQL say differently: texts sort by code point on both, and null comes first. */
const wordsOf = {
  sqlite: { text: 'text', sequence: 'integer primary key autoincrement', nullsFirst: '' },
  postgres: {
    text: 'text collate "C"',
    sequence: 'bigint generated always as identity primary key',
    nullsFirst: ' nulls first',
  },
} as const;

const people: Migration = (kind) => {
  const { text } = wordsOf[kind];
  const ofPerson = 'references latchkey_people (id) on delete cascade';
  return [
    `create table latchkey_people (
      id ${text} primary key, issuer ${text} not null, subject ${text} not null,
      username ${text}, name ${text}, email ${text},
      permissions ${text} not null, roles ${text} not null, profile ${text} not null,
      disabled integer not null, created_at bigint not null, updated_at bigint not null,
      last_login_at bigint not null, name_key ${text} not null, username_key ${text} not null,
      email_key ${text} not null, subject_key ${text} not null, unique (issuer, subject))`,
    // People whom a provider vouches for have no user name.
    `create unique index latchkey_people_username on latchkey_people (username_key) where username_key <> ''`,
    ...['name_key', 'username_key', 'email_key', 'subject_key', 'created_at', 'last_login_at'].map(
      (column) => `create index latchkey_people_by_${column} on latchkey_people (${column}, id)`,
    ),
    `create table latchkey_permissions (
      permission ${text} not null, person_id ${text} not null ${ofPerson}, primary key (permission, person_id))`,
    'create index latchkey_permissions_of on latchkey_permissions (person_id)',
    `create table latchkey_passwords (
      person_id ${text} primary key ${ofPerson}, hash ${text} not null, temporary integer not null,
      changed_at bigint not null)`,
    `create table latchkey_login_tokens (
      digest ${text} primary key, person_id ${text} not null ${ofPerson}, created_at bigint not null,
      expires_at bigint not null)`,
    'create index latchkey_login_tokens_of on latchkey_login_tokens (person_id)',
    'create index latchkey_login_tokens_until on latchkey_login_tokens (expires_at)',
    `create table latchkey_api_keys (
      id ${text} primary key, digest ${text} not null unique, owner_issuer ${text}, owner_subject ${text},
      record ${text} not null, created_at bigint not null, revoked_at bigint, last_used_at bigint)`,
    `create index latchkey_api_keys_of
      on latchkey_api_keys (owner_issuer, owner_subject, created_at, id)`,
  ];
};

const audit: Migration = (kind) => {
  const { text, sequence, nullsFirst } = wordsOf[kind];
  return [
    `create table latchkey_audit (
      seq ${sequence}, id ${text} not null unique, at ${text} not null, at_ms bigint not null, tenant ${text},
      sent_by ${text}, severity integer not null, action ${text} not null, actor ${text}, resource ${text},
      description ${text}, ip ${text}, data ${text}, searched ${text} not null)`,
    ...['at_ms', 'severity', 'action', 'actor', 'resource', 'tenant'].map(
      (column) => `create index latchkey_audit_by_${column} on latchkey_audit (${column}${nullsFirst}, seq)`,
    ),
  ];
};

/** In order; the number of a version is its place, from 1. */
export const migrations: readonly Migration[] = [(kind) => [...people(kind), ...audit(kind)]];
