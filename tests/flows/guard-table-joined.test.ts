// The table of every guard and every credential, compared with the rules written down a second time: guards behind guards, by method, and for keys.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials } from '../support/guard-table/credentials.ts';
import { joinedGuards } from '../support/guard-table/guards.ts';
import { startTable, type Table } from '../support/guard-table/table.ts';

let table: Table;
beforeAll(async () => {
  table = await startTable(joinedGuards);
});
afterAll(() => table[Symbol.asyncDispose]());

describe.each(joinedGuards)('$name', (guard) => {
  it.each(credentials)('answers $id: $name, as the rules say', async (credential) => {
    const { seen, expected } = await table.ask(guard, credential);
    expect(seen).toEqual(expected);
  });
});
