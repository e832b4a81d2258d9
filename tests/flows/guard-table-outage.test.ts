// C17 of the table: the provider is killed, and every guard still answers every credential as the rules say.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whileDown } from '../support/guard-table/credentials.ts';
import { joinedGuards, simpleGuards } from '../support/guard-table/guards.ts';
import { startTable, type Table } from '../support/guard-table/table.ts';

const guards = [...simpleGuards, ...joinedGuards];
let table: Table;
beforeAll(async () => {
  table = await startTable(guards);
  await table.world.provider.goDown();
});
afterAll(() => table[Symbol.asyncDispose]());

describe('C17: while the provider is down', () => {
  it.each(guards)('$name: 503 for what cannot be judged, never 200, never 500', async (guard) => {
    for (const credential of whileDown) {
      for (const page of [false, true]) {
        const sent = await credential.send(table.issuing);
        const asking = { page, again: false, providerIsDown: true };
        const { seen, expected } = await table.askWith(guard, credential, sent, asking);
        expect({ credential: credential.name, seen }).toEqual({
          credential: credential.name,
          seen: expected,
        });
      }
    }
  });

  it('nothing of it is remembered: once it is back, the same credentials are judged again', async () => {
    const [plain] = simpleGuards;
    if (plain === undefined) throw new Error('no guard');
    const unseen = whileDown.filter(({ asks }) => asks === 'introspection');
    const sent = await Promise.all(unseen.map(({ send }) => send(table.issuing)));
    const ask = (index: number) => table.world.ask('/api/me', sent[index] ?? {}).then(({ status }) => status);
    expect(await Promise.all(unseen.map((_, index) => ask(index)))).toEqual(unseen.map(() => 503));
    await table.world.provider.comeBack();
    table.issuing.passCooldown();
    expect(await Promise.all(unseen.map((_, index) => ask(index)))).toEqual(
      unseen.map(({ rights }) => (rights === null ? 401 : 200)),
    );
  });
});

describe('C17: a provider that was down before the app could ask it anything', () => {
  it('503 for every token at every guard that looks at it', async () => {
    await using cold = await startTable(guards, { asked: false });
    await cold.world.provider.goDown();
    for (const guard of guards) {
      for (const known of whileDown.filter(({ is }) => is === 'token' || is === 'nothing')) {
        // No key is known, so each needs them.
        const credential = known.is === 'token' ? { ...known, asks: known.asks ?? 'jwks' } : known;
        const sent = await credential.send(cold.issuing);
        const asking = { page: false, again: false, providerIsDown: true };
        const { seen, expected } = await cold.askWith(guard, credential, sent, asking);
        expect({ guard: guard.name, seen }).toEqual({ guard: guard.name, seen: expected });
      }
    }
  });
});
