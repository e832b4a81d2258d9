// Reads the live sessions of one person: the index points, the records decide.
import type { RecordBackend } from '../config/session-stores.ts';
import { isOver, type SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import { recordOf, type SessionRecord } from './record.ts';
import type { SessionRegistry } from './registry.ts';
import { sideBySide } from './side-by-side.ts';

/** Somebody at one provider. */
export type Person = Pick<SessionRecord, 'issuer' | 'subject'>;

/** The live sessions of a person, in no order. Rejects when the store is broken. */
export type SessionsOf = (person: Person) => Promise<readonly LoadedSession[]>;

/** What reading them needs. */
export interface SessionsOfParts {
  readonly records: RecordBackend;
  readonly registry: SessionRegistry;
  readonly limits: SessionLimits;
}

/** How many records are read at once. */
const mostReads = 16;

/** Makes the reading function. What points to a record that is gone is taken out of the index on the way. */
export function createSessionsOf({ records, registry, limits }: SessionsOfParts): SessionsOf {
  return async ({ issuer, subject }) => {
    const target = { issuer, subject, sid: null };
    const found = await registry.find(target);
    const sessions = await sideBySide(found, mostReads, async ({ id }): Promise<LoadedSession | null> => {
      const data = await records.read(id);
      const record = recordOf(data);
      if (data === null || record === null) {
        await registry.prune(target, id);
        return null;
      }
      const theirs = record.issuer === issuer && record.subject === subject;
      // Over by limits that were shortened: they may be lengthened again, so the index keeps it.
      return theirs && !isOver(data, limits) ? { storeId: id, record, data } : null;
    });
    return sessions.filter((session) => session !== null);
  };
}
