// The audit trail in the database: rows are added and read, and only the retention sweep takes any out.
import type { Kysely } from 'kysely';
import type { AuditEntry } from '../config/audit-entry.ts';
import type { AuditPage, AuditSelection, AuditTrail } from '../config/audit-store.ts';
import { auditColumns, conditionsOf, readEntry, writeEntry } from './audit-rows.ts';
import type { Connection } from './connection.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Tables } from './schema.ts';

/** Rows that are read, or removed, at once. */
const batch = 500;

/** Makes the port. */
export function sqlAudit(connection: Connection): AuditTrail {
  const { kind, query } = connection;
  return {
    add: (entry) =>
      query(async (database) => {
        await database.insertInto('latchkey_audit').values(writeEntry(entry)).execute();
      }),
    addAll: (entries) =>
      query(async (database) => {
        if (entries.length === 0) return;
        const rows = entries.map(writeEntry);
        await database
          .insertInto('latchkey_audit')
          .values(rows)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }),
    list: (page) =>
      query(async (database) => {
        const rows = await auditPageQuery(database, kind, page).execute();
        return { data: rows.map(readEntry), total: await countOf(database, kind, page.selection) };
      }),
    count: (selection) => query((database) => countOf(database, kind, selection)),
    all: (selection) => everyEntry(connection, selection),
    sweep: (before) => sweepOut(connection, before),
  };
}

/** The query for a page; null comes first, and those that are equal in the order they were added. */
export function auditPageQuery(database: Kysely<Tables>, kind: DatabaseKind, page: AuditPage) {
  const { selection, sortBy, direction, offset, count } = page;
  return database
    .selectFrom('latchkey_audit')
    .selectAll()
    .where(conditionsOf(selection, kind))
    .orderBy(auditColumns[sortBy], (order) =>
      direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast(),
    )
    .orderBy('seq', direction)
    .limit(count)
    .offset(offset);
}

async function countOf(
  database: Kysely<Tables>,
  kind: DatabaseKind,
  selection: AuditSelection,
): Promise<number> {
  const { total } = await database
    .selectFrom('latchkey_audit')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where(conditionsOf(selection, kind))
    .executeTakeFirstOrThrow();
  return total;
}

/** Page by page along the order of adding, up to the entry that was the last when the reading began. */
async function* everyEntry(
  { kind, query }: Connection,
  selection: AuditSelection,
): AsyncGenerator<AuditEntry> {
  const { last } = await query((database) =>
    database
      .selectFrom('latchkey_audit')
      .select(({ fn }) => fn.max('seq').as('last'))
      .executeTakeFirstOrThrow(),
  );
  let reached = 0;
  for (;;) {
    const rows = await query((database) =>
      database
        .selectFrom('latchkey_audit')
        .selectAll()
        .where(conditionsOf(selection, kind))
        .where('seq', '>', reached)
        .where('seq', '<=', last ?? 0)
        .orderBy('seq')
        .limit(batch)
        .execute(),
    );
    yield* rows.map(readEntry);
    if (rows.length < batch) return;
    reached = rows.at(-1)?.seq ?? reached;
  }
}

/** In batches: nobody who adds an entry waits for long. */
async function sweepOut({ query }: Connection, before: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const { numDeletedRows } = await query((database) =>
      database
        .deleteFrom('latchkey_audit')
        .where('seq', 'in', (from) =>
          from
            .selectFrom('latchkey_audit')
            .select('seq')
            .where('at_ms', '<', before)
            .orderBy('at_ms')
            .limit(batch),
        )
        .executeTakeFirst(),
    );
    removed += Number(numDeletedRows);
    if (numDeletedRows < BigInt(batch)) return removed;
  }
}
