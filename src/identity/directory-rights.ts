// What the directory says about people: asked by the name they have there, within a time limit, and joined with the rest.
import type { LocalRights, PeopleDirectory, PersonKey, ProviderLogin } from '../config/people-directory.ts';
import { LatchkeyError } from '../errors.ts';

/** Permissions and roles. */
export interface Access {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
}

/** The directory as logins, sessions and guards ask it. Whatever else it fails with becomes `store_unavailable`. */
export interface DirectoryRights {
  /** As {@link PeopleDirectory.signedIn}, with the issuer that sessions know. */
  signedIn(login: ProviderLogin): Promise<LocalRights>;
  /** As {@link PeopleDirectory.rightsOf}, with the issuer that sessions know. */
  rightsOf(person: PersonKey): Promise<LocalRights | null>;
  /** Whether people of this issuer have their account in the directory: who is not there is nobody. */
  keepsAccountsOf(issuer: string): boolean;
}

/** Names of one and the same issuer. */
export interface IssuerNames {
  readonly issuer: string;
  /** What it is called in the directory. */
  readonly directoryIssuer: string;
}

/** @param deadlineMs - somebody waits for the answer */
export function createDirectoryRights(
  directory: PeopleDirectory,
  names: IssuerNames,
  deadlineMs = 5000,
): DirectoryRights {
  const named = <T extends PersonKey>(person: T): T =>
    person.issuer === names.issuer ? { ...person, issuer: names.directoryIssuer } : person;
  return {
    signedIn: (login) => answerOf(() => directory.signedIn(named(login)), deadlineMs),
    rightsOf: ({ issuer, subject }) =>
      answerOf(() => directory.rightsOf(named({ issuer, subject })), deadlineMs),
    keepsAccountsOf: (issuer) => issuer === names.issuer && names.directoryIssuer !== names.issuer,
  };
}

/** The person as sessions know them: one of the directory's own issuer has the provider's there. */
export function personInSessions({ issuer, subject }: PersonKey, names: IssuerNames): PersonKey {
  return { issuer: issuer === names.directoryIssuer ? names.issuer : issuer, subject };
}

/** Both together, each name once. What was handed in stays as it is. */
export function joinAccess<T extends Access>(access: T, local: Access | null): T {
  if (local === null) return access;
  return {
    ...access,
    permissions: [...new Set([...access.permissions, ...local.permissions])],
    roles: [...new Set([...access.roles, ...local.roles])],
  };
}

/** A directory that says nothing, or nothing that can be used, is one that is away: nobody is let in by that. */
async function answerOf<T>(ask: () => Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([Promise.try(ask), over]);
  } catch (thrown) {
    // It may refuse by a code of its own, such as an account that was removed in this very moment.
    if (thrown instanceof LatchkeyError) throw thrown;
    const because = thrown instanceof Error ? thrown.message : 'it rejected without an error';
    throw new LatchkeyError('store_unavailable', { detail: `directory: ${because}`, cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}
