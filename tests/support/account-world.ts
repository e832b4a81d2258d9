// Accounts on a directory in memory, with a clock that the test moves and quick, countable hashing where it is wanted.
import { providerAccounts } from '../../src/app/provider-accounts.ts';
import {
  type AccountEvent,
  type Accounts,
  type AccountsOptions,
  createAccounts,
  type DirectoryStore,
  type Person,
} from '../../src/directory.ts';
import type { LocalAccounts } from '../../src/local-provider.ts';
import { memoryDirectory } from './memory-directory.ts';

export const goodPassword = 'gravel umbrella kite';
export const otherPassword = 'quilted lantern moss';
export const home = { address: '192.0.2.1' };

export interface AccountWorld {
  readonly directory: DirectoryStore;
  readonly accounts: Accounts;
  readonly events: AccountEvent[];
  /** People whose sessions were ended, and what was to stay. */
  /** What the local provider's port reports. */
  readonly told: readonly unknown[];
  readonly ended: (readonly [personId: string, keep: unknown])[];
  /** Makes an account. */
  add(username: string, password?: string | null, more?: Partial<Person>): Promise<Person>;
  /** `ok`, `refused` or `limited`. */
  tryPassword(username: string, password: string, address?: string, device?: string): Promise<string>;
  forProvider(): LocalAccounts;
  advance(seconds: number): void;
  readonly now: () => number;
}

export const createAccountWorld = (options: Partial<AccountsOptions> = {}): AccountWorld => {
  const directory = memoryDirectory();
  let offset = 0;
  const now = () => Date.now() + offset;
  const events: AccountEvent[] = [];
  const ended: [string, unknown][] = [];
  const told: unknown[] = [];
  const { people, passwords, loginTokens } = directory;
  const accounts = createAccounts({
    people,
    passwords,
    loginTokens,
    clock: now,
    endSessions: async (person, keep) => void ended.push([person.id, keep]),
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return {
    directory,
    accounts,
    events,
    ended,
    told,
    now,
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    async add(username, password = goodPassword, { permissions = [], roles = [], name = null } = {}) {
      const person = await people.create({ username, permissions, roles, name }, now());
      if (password !== null) {
        const answer = await accounts.setPassword(person.id, password, { temporary: false });
        if (answer.kind !== 'changed') throw new Error(`the test's password is ${answer.problem.code}`);
      }
      events.length = 0;
      ended.length = 0;
      return person;
    },
    async tryPassword(username, password, address = home.address, device) {
      const origin = { address, ...(device === undefined ? {} : { device }) };
      return (await accounts.authenticate(username, password, origin)).kind;
    },
    forProvider: () =>
      providerAccounts({
        accounts,
        people,
        passwords,
        demo: null,
        report: { tell: (event) => void told.push(event) },
      }),
  };
};

/** Hashing that takes no time, for tests that try thousands of passwords. It counts what it is asked. */
export const quickHashing = () => {
  const counted = { verified: 0 };
  return {
    counted,
    hashing: {
      hash: async (password: string) => `quick:${password}`,
      verify: async (password: string, hash: string | null) => {
        counted.verified += 1;
        return hash === `quick:${password}`;
      },
    },
  };
};
