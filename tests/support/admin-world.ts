// The app with a directory, an administrator and other people, each in a browser of their own.
import { type Accounts, createAccounts, type DirectoryStore, type Person } from '../../src/directory.ts';
import { quickHashing } from './account-world.ts';
import { type AppWorld, type AppWorldOptions, startAppWorld } from './app-world.ts';
import type { BrowserClient, Visit } from './browser-client.ts';
import { memoryDirectory } from './memory-directory.ts';
import { testUser } from './scripted-provider.ts';

export interface AdminWorld extends AppWorld {
  readonly store: DirectoryStore;
  readonly accounts: Accounts;
  readonly admin: BrowserClient;
  /** Signs somebody in whose provider calls them this; they are in the directory from then on. */
  arrive(subject: string, claims?: Readonly<Record<string, unknown>>): Promise<BrowserClient>;
  /** Who came with this subject. */
  personOf(subject: string): Promise<Person>;
  /** Adds people without a login. */
  add(...people: readonly (Partial<Person> & { readonly subject: string })[]): Promise<readonly Person[]>;
  open(browser: BrowserClient, path: string): Promise<Visit>;
  /** Sends a form as a page of the app does, and follows to the page it leads to. */
  send(browser: BrowserClient, path: string, fields?: Readonly<Record<string, string>>): Promise<Visit>;
}

/** What a page says, without its tags. */
export const textOf = ({ body }: Visit): string =>
  body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

export const startAdminWorld = async (
  given: AppWorldOptions & { readonly store?: DirectoryStore } = {},
): Promise<AdminWorld> => {
  const { store = memoryDirectory(), ...options } = given;
  const clock = { now: () => Date.now() };
  const { people, passwords, loginTokens } = store;
  const { hashing } = quickHashing();
  const accounts = createAccounts({ people, passwords, loginTokens, hashing, clock: () => clock.now() });
  const app = await startAppWorld({ ...options, people: { store, accounts } });
  clock.now = app.now;
  const { issuer } = app.provider;
  const arrive: AdminWorld['arrive'] = async (subject, claims = {}) => {
    app.provider.user = { ...testUser, sub: subject, permissions: [], roles: [], ...claims };
    const browser = app.browser();
    const visit = await app.signIn(browser);
    if (visit.status !== 200) throw new Error(`${subject} was answered ${visit.status}`);
    return browser;
  };
  const admin = await arrive('the-admin', { name: 'Ada Admin' });
  const personOf: AdminWorld['personOf'] = async (subject) => {
    const person = await people.findByKey({ issuer, subject });
    if (person === null) throw new Error(`${subject} is not in the directory`);
    return person;
  };
  const first = await personOf('the-admin');
  await people.change(first.id, { permissions: ['admin'] }, 'admin', app.now());
  await app.auth.people.changed(first);
  return {
    ...app,
    store,
    accounts,
    admin,
    arrive,
    personOf,
    add: (...wanted) =>
      Promise.all(
        wanted.map(({ subject, name, email, permissions = [], roles = [] }) =>
          people.signedIn(
            { issuer, subject, claims: { name, email }, at: app.now() },
            { permissions, roles },
          ),
        ),
      ),
    open: async (browser, path) => browser.followAll(await browser.get(app.url + path)),
    send: async (browser, path, fields) => browser.followAll(await browser.post(app.url + path, fields)),
  };
};
