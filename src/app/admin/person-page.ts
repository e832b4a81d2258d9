// The page of one person: what is known about them, what they may, where they are signed in, their keys.
import type { Request, Response } from 'express';
import { localIssuer, type Person } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import type { AuditEntry } from '../../machine.ts';
import { nameOf } from '../app-directory.ts';
import { personResource } from '../audit-events.ts';
import { keyRow } from '../key-row.ts';
import { inWords } from '../session-routes.ts';
import { type AdminParts, queryText } from './admin-parts.ts';
import { auditRows } from './audit-row.ts';

/** What the page may say has been done. Addresses choose among these; their text is never shown. */
const notices = {
  rights: ['success', 'Saved. It counts from their next click on.'],
  disabled: ['success', 'The account is disabled. Its sessions have ended, and its keys are not good.'],
  enabled: ['success', 'The account is enabled. The person can sign in again.'],
  session: ['success', 'That session has ended. It has to sign in again to come back.'],
  sessions: ['success', 'All sessions of this person have ended.'],
  gone: ['warning', 'That session was not there any more. Nothing else has changed.'],
  key: ['success', 'The key is revoked.'],
  created: ['success', 'The account is made.'],
  again: ['info', 'Nothing has changed yet. If you had to sign in again on the way, do it once more now.'],
} as const;

/** What was typed into the form of rights and could not be kept. */
export interface TypedRights {
  readonly permissions: string;
  readonly roles: string;
  readonly permissionsError: string | null;
  readonly rolesError: string | null;
}

/** The person that the address names. */
export async function personOf(req: Request, { store }: AdminParts): Promise<Person> {
  const person = await store.people.find(String(req.params.id));
  if (person === null) throw new LatchkeyError('not_found', { detail: 'nobody has this id' });
  return person;
}

/** Makes the page. */
export function createShowPerson(parts: AdminParts) {
  const { auth, store, clock, render } = parts;
  return async (req: Request, res: Response, person: Person, typed?: TypedRights): Promise<void> => {
    const [sessions, keys, entries] = await Promise.all([
      auth.people.sessions(person, req),
      store.apiKeys.list(person),
      lastEntries(parts, person),
    ]);
    render(req, res, 'admin/person', nameOf(person), {
      wide: true,
      person: personView(person),
      rights: typed ?? {
        permissions: person.permissions.join('\n'),
        roles: person.roles.join('\n'),
        permissionsError: null,
        rolesError: null,
      },
      sessions: sessions.map(inWords),
      keys: keys.map((key) => keyRow(key, clock())),
      entries: await auditRows(store, entries),
      notice: noticeOf(queryText(req, 'done')),
    });
  };
}

/** A person for a page. */
export function personView(person: Person) {
  return {
    ...person,
    shownName: nameOf(person),
    isLocal: person.issuer === localIssuer,
    addedAt: new Date(person.createdAt),
    lastSignInAt: person.lastLoginAt === null ? null : new Date(person.lastLoginAt),
  };
}

const entriesShown = 10;

/** The last entries that are about the person, and those about what the person did. */
async function lastEntries({ store }: AdminParts, person: Person): Promise<readonly AuditEntry[]> {
  const about = await Promise.all(
    [{ resource: personResource(person) }, { actor: person.subject }].map((selection) =>
      store.audit.list({ selection, sortBy: 'at', direction: 'desc', offset: 0, count: entriesShown }),
    ),
  );
  const entries = new Map(about.flatMap(({ data }) => data.map((entry) => [entry.id, entry] as const)));
  return [...entries.values()].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, entriesShown);
}

function noticeOf(done: string): { kind: string; text: string } | null {
  if (!Object.hasOwn(notices, done)) return null;
  const [kind, text] = notices[done as keyof typeof notices];
  return { kind, text };
}
