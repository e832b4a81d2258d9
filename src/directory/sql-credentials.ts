// Passwords and login tokens in the database.
import { LatchkeyError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { LoginTokens, Passwords } from './credentials.ts';

/** Makes the port to passwords. */
export function sqlPasswords({ query }: Connection): Passwords {
  return {
    find: (personId) =>
      query(async (database) => {
        const row = await database
          .selectFrom('latchkey_passwords')
          .selectAll()
          .where('person_id', '=', personId)
          .executeTakeFirst();
        if (row === undefined) return null;
        const { hash, temporary, changed_at: changedAt } = row;
        return { personId: row.person_id, hash, temporary: temporary !== 0, changedAt };
      }),
    set: ({ personId, hash, temporary, changedAt }) =>
      query(async (database) => {
        const kept = { hash, temporary: temporary ? 1 : 0, changed_at: changedAt };
        await database
          .insertInto('latchkey_passwords')
          .values({ person_id: personId, ...kept })
          .onConflict((conflict) => conflict.column('person_id').doUpdateSet(kept))
          .execute()
          .catch(refuseStrangers);
      }),
    rehash: (personId, from, to) =>
      query(async (database) => {
        await database
          .updateTable('latchkey_passwords')
          .set({ hash: to })
          .where('person_id', '=', personId)
          .where('hash', '=', from)
          .execute();
      }),
  };
}

/** Makes the port to login tokens. */
export function sqlLoginTokens({ query }: Connection): LoginTokens {
  return {
    add: (digest, { personId, createdAt, expiresAt }) =>
      query(async (database) => {
        await database
          .insertInto('latchkey_login_tokens')
          .values({ digest, person_id: personId, created_at: createdAt, expires_at: expiresAt })
          .execute()
          .catch(refuseStrangers);
      }),
    find: (digest) =>
      query(async (database) => {
        const row = await database
          .selectFrom('latchkey_login_tokens')
          .selectAll()
          .where('digest', '=', digest)
          .executeTakeFirst();
        if (row === undefined) return null;
        return { personId: row.person_id, createdAt: row.created_at, expiresAt: row.expires_at };
      }),
    remove: (digest) =>
      query(async (database) => {
        await database.deleteFrom('latchkey_login_tokens').where('digest', '=', digest).execute();
      }),
    removeAll: (personId, except) =>
      query(async (database) => {
        const all = database.deleteFrom('latchkey_login_tokens').where('person_id', '=', personId);
        await (except === undefined ? all : all.where('digest', '!=', except)).execute();
      }),
    sweep: (now) =>
      query(async (database) => {
        const expired = database.deleteFrom('latchkey_login_tokens').where('expires_at', '<=', now);
        return Number((await expired.executeTakeFirst()).numDeletedRows);
      }),
  };
}

const foreignKey = { postgres: '23503', sqlite: 787 } as const;

/** Who was removed meanwhile gets neither password nor token. */
function refuseStrangers(error: unknown): never {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code !== foreignKey.postgres && errcode !== foreignKey.sqlite) throw error;
  throw new LatchkeyError('not_found', { detail: 'there is no such person', cause: error });
}
