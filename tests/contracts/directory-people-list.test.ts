// Lists of people: searched, sorted, page by page, in memory, SQLite and PostgreSQL.
import { beforeAll, describe, expect, it } from 'vitest';
import type { DirectoryStore, PeoplePage } from '../../src/directory.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { kinds } = directoryWorld({ keepOpen: true });
const least = { permissions: [], roles: [] } as const;
const issuer = 'https://op.example';
const page = (given: Partial<PeoplePage> = {}): PeoplePage => ({
  ...{ search: '', sort: 'name', direction: 'asc', offset: 0, count: 25 },
  ...given,
});
const login = (subject: string, claims: Record<string, unknown> = {}, at = 1000) => ({
  ...{ issuer, subject, claims, at },
});
const account = (username: string, given: object = {}) => ({ username, ...least, ...given });

const three = async (store: DirectoryStore) => {
  const { people } = store;
  await people.create(account('zoe', { name: 'Änne 100%', email: 'zoe@example.com' }), 30);
  await people.create(account('ADAM', { name: 'Zoltan', email: 'Mail_A@example.com' }), 10);
  await people.signedIn(login('ä-subject', { name: 'mia' }, 20), least);
  return async (given: Partial<PeoplePage>) => {
    const { people: found, total } = await people.list(page(given));
    return `${found.map(({ username, name }) => username ?? name).join(' ')} of ${total}`;
  };
};

describe.each(kinds)('the list of people in %s', (_kind, open) => {
  let list: Awaited<ReturnType<typeof three>>;
  beforeAll(async () => {
    list = await three(await open());
  });

  it.each([
    ['', 'mia ADAM zoe of 3'],
    ['ada', 'ADAM of 1'],
    ['ZO', 'ADAM zoe of 2'],
    ['mail_', 'ADAM of 1'],
    ['mailX', ' of 0'],
    ['änne 100%', 'zoe of 1'],
    ['ÄNNE', 'zoe of 1'],
    ['Ä', 'mia zoe of 2'],
    ['%', ' of 0'],
    // Not `_` alone: the subject of an account is random, and may begin so.
    ['_ail', ' of 0'],
    ['dam', ' of 0'],
    ["' OR 1=1 --", ' of 0'],
    ['x'.repeat(5000), ' of 0'],
    ['\u{10ffff}', ' of 0'],
  ])('finds what begins with a text, whatever the case (%#)', async (search, expected) => {
    expect(await list({ search })).toBe(expected);
  });

  it.each<[PeoplePage['sort'], string]>([
    ['name', 'mia ADAM zoe'],
    ['username', 'mia ADAM zoe'],
    ['email', 'mia ADAM zoe'],
    ['createdAt', 'ADAM mia zoe'],
  ])('sorts by %s both ways, those without it first', async (sort, expected) => {
    expect(await list({ sort })).toBe(`${expected} of 3`);
    expect(await list({ sort, direction: 'desc' })).toBe(`${expected.split(' ').reverse().join(' ')} of 3`);
  });

  it('gives pages that neither overlap nor leave one out', async () => {
    const { people } = await open();
    for (let index = 0; index < 23; index += 1)
      await people.signedIn(login(`s${index}`, { name: 'Same' }), least);
    for (const direction of ['asc', 'desc'] as const) {
      const seen = new Set<string>();
      for (let offset = 0; offset < 30; offset += 5) {
        const { people: found, total } = await people.list(
          page({ search: 'same', direction, offset, count: 5 }),
        );
        expect(total).toBe(23);
        for (const { id } of found) seen.add(id);
      }
      expect(seen.size).toBe(23);
    }
  });

  it('sorts by the last login, and those who never came first', async () => {
    const { people } = await open();
    await people.create(account('never'), 1);
    for (const [subject, at] of [
      ['b', 300],
      ['a', 200],
    ] as const)
      await people.signedIn(login(subject, {}, at), least);
    const found = (await people.list(page({ sort: 'lastLoginAt' }))).people;
    expect(found.map(({ lastLoginAt }) => lastLoginAt)).toEqual([null, 200, 300]);
  });

  it('takes texts of any length and any characters from a provider', async () => {
    const { people } = await open();
    const name = `\ufdfa${'x\0\ud800'.repeat(4000)}`;
    const person = await people.signedIn(login('s'.repeat(1000), { name, email: { not: 'a text' } }), least);
    expect([...(person.name ?? '')].length).toBe(200);
    expect(person.email).toBeNull();
    expect((await people.list(page())).total).toBe(1);
  });
});
