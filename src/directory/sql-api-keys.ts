// API keys in the database: their digests alone, and with a person's key the rights that the person has now.
import { type Kysely, sql } from 'kysely';
import type { ApiKeyOwner, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import { readApiKey, writeApiKey } from '../stores/stored-api-key.ts';
import type { Connection } from './connection.ts';
import { rightsOfKey } from './key-rights.ts';
import { localIssuer } from './person.ts';
import { readNames } from './person-rows.ts';
import type { Tables } from './schema.ts';

/** Makes the port. */
export function sqlApiKeys({ query }: Connection, ping: () => Promise<void>): Omit<ApiKeyStore, 'close'> {
  return {
    find: (digest) =>
      query(async (database) => {
        const row = await selectKeys(database).where('key.digest', '=', digest).executeTakeFirst();
        if (row === undefined || isOrphan(row)) return null;
        const record = recordIn(row);
        if (row.disabled !== 1) return record;
        // Nobody acts for somebody who is disabled; the key itself is good again when they are.
        return { ...record, revokedAt: record.revokedAt ?? Number(row.updated_at) };
      }),
    insert: (digest, record) =>
      query(async (database) => {
        const { id, owner, createdAt, revokedAt, lastUsedAt } = record;
        await database
          .insertInto('latchkey_api_keys')
          .values({
            ...{ id, digest, record: writeApiKey(record) },
            owner_issuer: owner?.issuer ?? null,
            owner_subject: owner?.subject ?? null,
            ...{ created_at: createdAt, revoked_at: revokedAt, last_used_at: lastUsedAt },
          })
          .execute();
      }),
    list: (owner) =>
      query(async (database) => {
        const rows = await ofOwner(selectKeys(database), owner)
          .orderBy('key.created_at', 'desc')
          .orderBy('key.id', 'desc')
          .execute();
        return rows.filter((row) => !isOrphan(row)).map(recordIn);
      }),
    revoke: (id, at) =>
      query(async (database) => {
        const row = await database
          .updateTable('latchkey_api_keys')
          .set({ revoked_at: sql<number>`coalesce(revoked_at, ${sql.val(at)})` })
          .where('id', '=', id)
          .returning('digest')
          .executeTakeFirst();
        return row?.digest ?? null;
      }),
    noteUse: (id, at) =>
      query(async (database) => {
        await database
          .updateTable('latchkey_api_keys')
          .set({ last_used_at: at })
          .where('id', '=', id)
          .where((is) => is.or([is('last_used_at', 'is', null), is('last_used_at', '<', at)]))
          .execute();
      }),
    ping,
  };
}

function selectKeys(database: Kysely<Tables>) {
  return database
    .selectFrom('latchkey_api_keys as key')
    .leftJoin('latchkey_people as person', (join) =>
      join.onRef('person.issuer', '=', 'key.owner_issuer').onRef('person.subject', '=', 'key.owner_subject'),
    )
    .select(['key.record', 'key.owner_issuer', 'key.revoked_at', 'key.last_used_at'])
    .select(['person.permissions', 'person.roles', 'person.disabled', 'person.updated_at']);
}

/** `is null`, because nothing equals null. */
function ofOwner(keys: ReturnType<typeof selectKeys>, owner: ApiKeyOwner | null) {
  if (owner === null)
    return keys.where('key.owner_issuer', 'is', null).where('key.owner_subject', 'is', null);
  return keys.where('key.owner_issuer', '=', owner.issuer).where('key.owner_subject', '=', owner.subject);
}

interface KeyRow {
  readonly record: string;
  readonly owner_issuer: string | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
  readonly permissions: string | null;
  readonly roles: string | null;
}

/** A key that was made for an account in the moment in which that was removed. */
function isOrphan(row: KeyRow): boolean {
  return row.owner_issuer === localIssuer && row.permissions === null;
}

function recordIn(row: KeyRow): ApiKeyRecord {
  const { permissions, roles, revoked_at: revokedAt, last_used_at: lastUsedAt } = row;
  const record = { ...readApiKey(row.record), revokedAt, lastUsedAt };
  if (permissions === null || roles === null) return record;
  return {
    ...record,
    ...rightsOfKey(record, { permissions: readNames(permissions), roles: readNames(roles) }),
  };
}
