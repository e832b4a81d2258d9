// Two people to test with: one who may do things, and one who may not.
import type { TestUser } from './provider/types.ts';

/** Ada may read reports and is an admin; Bob may do nothing but sign in. */
export const testUsers = {
  ada: {
    sub: 'user-ada',
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    preferred_username: 'ada',
    email: 'ada@example.test',
    email_verified: true,
    permissions: ['reports:read', 'admin'],
    roles: ['analyst'],
  },
  bob: {
    sub: 'user-bob',
    name: 'Bob Stone',
    given_name: 'Bob',
    family_name: 'Stone',
    preferred_username: 'bob',
    email: 'bob@example.test',
    email_verified: true,
    permissions: [],
    roles: [],
  },
} as const satisfies Record<string, TestUser>;
