// An app with a directory that a test changes, breaks and holds, and what its guards make of the rights in it.
import type { Express, Request, Response } from 'express';
import { type Auth, LatchkeyError, type LocalRights, type PeopleDirectory } from '../../src/index.ts';
import type { AppWorldOptions } from './app-world.ts';
import { type RefreshWorld, startRefreshWorld } from './refresh-world.ts';
import { testUser } from './scripted-provider.ts';

/** A directory in memory: subjects of one issuer. */
export interface TestDirectory extends PeopleDirectory {
  readonly people: Map<string, LocalRights>;
  /** What it was asked, such as `signedIn https://… user-ada`. */
  readonly asked: string[];
  readonly claims: Readonly<Record<string, unknown>>[];
  /** Runs before an answer is looked up. */
  before: (what: 'signedIn' | 'rightsOf', nth: number) => Promise<void> | void;
  /** Runs when an answer has been looked up and is not yet given. */
  after: (what: 'signedIn' | 'rightsOf', nth: number) => Promise<void> | void;
  /** Rejects from now on, as a database does that is away. */
  broken: boolean;
  set(rights: Partial<LocalRights>, subject?: string): void;
}

export const nothing: LocalRights = { permissions: [], roles: [], disabled: false };

export const createTestDirectory = (): TestDirectory => {
  const people = new Map<string, LocalRights>();
  const answer = async <T>(what: 'signedIn' | 'rightsOf', name: string, look: () => T): Promise<T> => {
    directory.asked.push(`${what} ${name}`);
    const nth = directory.asked.filter((line) => line.startsWith(what)).length;
    await directory.before(what, nth);
    if (directory.broken) throw new LatchkeyError('store_unavailable', { detail: 'the database is away' });
    const found = look();
    await directory.after(what, nth);
    return found;
  };
  const directory: TestDirectory = {
    people,
    asked: [],
    claims: [],
    before: () => {},
    after: () => {},
    broken: false,
    set: (rights, subject = testUser.sub) =>
      void people.set(subject, { ...nothing, ...people.get(subject), ...rights }),
    signedIn: ({ issuer, subject, claims }) =>
      answer('signedIn', `${issuer} ${subject}`, () => {
        directory.claims.push(claims);
        const found = people.get(subject) ?? nothing;
        people.set(subject, found);
        return found;
      }),
    rightsOf: ({ issuer, subject }) =>
      answer('rightsOf', `${issuer} ${subject}`, () => people.get(subject) ?? null),
  };
  return directory;
};

export interface RightsWorld extends RefreshWorld {
  readonly directory: TestDirectory;
  /** Changes a person as an administrator does, and waits until that has reached their sessions. */
  change(rights: Partial<LocalRights> | null, subject?: string): Promise<void>;
  /** Their permissions and roles as a guard sees them, or its status. */
  rights(browser: Parameters<RefreshWorld['who']>[0]): Promise<unknown>;
  /** Reasons of the sessions that ended, with the subject. */
  ended(): readonly string[];
  person(subject?: string): { readonly issuer: string; readonly subject: string };
}

const showRights = (req: Request, res: Response): void => {
  res.json({ permissions: req.auth?.permissions, roles: req.auth?.roles });
};

export const startRightsWorld = async (
  given: AppWorldOptions & { readonly directory?: TestDirectory } = {},
  more: (app: Express, auth: Auth) => void = () => {},
): Promise<RightsWorld> => {
  const { directory = createTestDirectory(), ...options } = given;
  const auth = { directory, ...options.auth };
  const world = await startRefreshWorld({ ...options, auth }, (app, guards) => {
    app.get('/rights', guards.authenticated(), showRights);
    app.get('/anew', guards.currentUser({ refresh: true }), showRights);
    app.get('/admin', guards.currentUser({ permissions: ['people:admin'] }), showRights);
    app.get('/keys', guards.authenticated({ apiKeys: options.auth?.apiKeys !== undefined }), showRights);
    more(app, guards);
  });
  const person = (subject = testUser.sub) => ({ issuer: world.provider.issuer, subject });
  return {
    ...world,
    directory,
    person,
    async change(rights, subject = testUser.sub) {
      if (rights === null) directory.people.delete(subject);
      else directory.set(rights, subject);
      await world.auth.people.changed(person(subject));
    },
    async rights(browser) {
      const visit = await browser.fetchJson(`${world.url}/rights`);
      return visit.status === 200 ? visit.json() : visit.status;
    },
    ended: () =>
      world.events.flatMap((event) =>
        event.type === 'session_ended' ? `${event.subject} ${event.reason}` : [],
      ),
  };
};
