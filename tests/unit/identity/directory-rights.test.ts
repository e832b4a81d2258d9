// A directory that fails or says nothing, and the two names that one issuer can have.
import { expect, it } from 'vitest';
import type { PeopleDirectory } from '../../../src/config/people-directory.ts';
import {
  createDirectoryRights,
  joinAccess,
  personInSessions,
} from '../../../src/identity/directory-rights.ts';

const names = { issuer: 'https://provider.example', directoryIssuer: 'local' };
const ada = { issuer: names.issuer, subject: 'ada' };
const failing = (rightsOf: () => unknown) =>
  createDirectoryRights({ rightsOf } as unknown as PeopleDirectory, names, 20).rightsOf(ada);

it.each([
  ['says nothing for too long', () => new Promise(() => {})],
  [
    'throws at once',
    () => {
      throw new Error('no connection');
    },
  ],
  ['rejects with something that is no error', () => Promise.reject(null)],
])('is away when it %s', async (_how, rightsOf) => {
  await expect(failing(rightsOf)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
});

it('hears its own name of the issuer, and every other issuer as it is', async () => {
  const asked: unknown[] = [];
  const rightsOf = async (person: unknown) => {
    asked.push(person);
    return null;
  };
  const rights = createDirectoryRights({ rightsOf } as unknown as PeopleDirectory, names);
  await rights.rightsOf(ada);
  await rights.rightsOf({ issuer: 'https://other.example', subject: 'ada' });
  expect(asked).toEqual([
    { issuer: 'local', subject: 'ada' },
    { issuer: 'https://other.example', subject: 'ada' },
  ]);
  expect(personInSessions({ issuer: 'local', subject: 'ada' }, names)).toEqual(ada);
  expect(personInSessions(ada, names)).toEqual(ada);
  expect([rights.keepsAccountsOf(names.issuer), rights.keepsAccountsOf('local')]).toEqual([true, false]);
});

it('joins each name once and changes neither list', () => {
  const access = Object.freeze({ permissions: Object.freeze(['a', 'b']), roles: Object.freeze([]) });
  const local = Object.freeze({ permissions: Object.freeze(['b', 'c']), roles: Object.freeze(['r']) });
  expect(joinAccess(access, local)).toEqual({ permissions: ['a', 'b', 'c'], roles: ['r'] });
  expect(joinAccess(access, null)).toBe(access);
});
