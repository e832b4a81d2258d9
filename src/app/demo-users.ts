// The people who can sign in at the local provider of a trial installation. They never exist in production.
import type { DemoHint, LocalAccount, LocalAccounts } from '../local-provider.ts';

interface DemoUser extends LocalAccount {
  readonly hint: DemoHint;
}

const users: readonly DemoUser[] = [
  {
    id: 'demo-ada',
    claims: {
      name: 'Ada Lindqvist',
      given_name: 'Ada',
      family_name: 'Lindqvist',
      preferred_username: 'ada',
      email: 'ada@example.com',
      email_verified: true,
      locale: 'en',
      zoneinfo: 'Europe/Stockholm',
    },
    permissions: ['reports:read', 'admin'],
    roles: ['editor', 'admin'],
    hint: { login: 'ada', password: 'ada', about: 'May open everything.' },
  },
  {
    id: 'demo-ben',
    claims: {
      name: 'Ben Okafor',
      given_name: 'Ben',
      family_name: 'Okafor',
      preferred_username: 'ben',
      email: 'ben@example.com',
      email_verified: false,
      locale: 'en',
    },
    permissions: [],
    roles: [],
    hint: { login: 'ben', password: 'ben', about: 'Has no permissions: some pages say no.' },
  },
];

/** Names and passwords, for the sign-in page and the terminal. */
export const demoHints: readonly DemoHint[] = users.map((user) => user.hint);

/** Whether this is the subject of a demo user. */
export function isDemoUser(subject: string): boolean {
  return users.some(({ id }) => id === subject);
}

/** The demo users as accounts. */
export const demoAccounts: LocalAccounts = {
  find: async (id) => users.find((user) => user.id === id) ?? null,
  async authenticate(login, password) {
    const user = users.find((candidate) => candidate.hint.login === login.trim().toLowerCase());
    return user?.hint.password === password ? user : null;
  },
};
