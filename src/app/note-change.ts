// Writes down in the audit trail what somebody changed about a person.
import type { Request } from 'express';
import type { AuditTrail, Clock, Person } from '../directory.ts';
import { clientAddress, randomToken } from '../index.ts';
import { nameOf } from './app-directory.ts';

/** Notes one change. */
export type NoteChange = (
  req: Request,
  action: string,
  person: Person,
  data?: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** How an entry names a person. */
export function resourceOf(person: Person): string {
  return `person:${person.id}`;
}

/** Makes the writer. Who did it is known from the session, not from the request. */
export function createNoteChange(audit: AuditTrail, clock: Clock): NoteChange {
  return async (req, action, person, data) => {
    const actor = req.auth?.subject ?? null;
    await audit.add({
      id: randomToken(16),
      at: new Date(clock()).toISOString(),
      tenant: null,
      sentBy: actor,
      severity: action === 'person.deleted' || action === 'person.disabled' ? 'High' : 'Medium',
      action,
      actor: actor?.slice(0, 200) ?? null,
      resource: resourceOf(person),
      description: nameOf(person),
      ip: clientAddress(req) ?? null,
      data: data ?? null,
    });
  };
}
