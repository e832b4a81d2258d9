// The table of every guard and every credential, compared with the rules written down a second time: one guard.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials } from '../support/guard-table/credentials.ts';
import { simpleGuards } from '../support/guard-table/guards.ts';
import { startTable, type Table } from '../support/guard-table/table.ts';

let table: Table;
beforeAll(async () => {
  table = await startTable(simpleGuards);
});
afterAll(() => table[Symbol.asyncDispose]());

it('is whole: credentials C0 to C16 are all in it; C17 is the provider that is down', () => {
  const ids = new Set(credentials.map(({ id }) => id));
  expect([...ids]).toEqual([...Array.from({ length: 17 }, (_, index) => `C${index}`), 'S']);
});

describe.each(simpleGuards)('$name', (guard) => {
  it.each(credentials)('answers $id: $name, as the rules say', async (credential) => {
    const { seen, expected } = await table.ask(guard, credential);
    expect(seen).toEqual(expected);
  });
});
