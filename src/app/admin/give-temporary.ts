// Gives an account a temporary password and shows it, this once.
import type { Request, Response } from 'express';
import { newTemporaryPassword, type Person } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import { deedOf } from '../report.ts';
import type { AdminParts } from './admin-parts.ts';
import { personView } from './person-page.ts';

/** Makes the function that sets the password, ends what the person is signed in with, and answers. */
export function createGiveTemporary({ auth, accounts, render, report }: AdminParts) {
  return async (req: Request, res: Response, person: Person): Promise<void> => {
    const password = newTemporaryPassword();
    const answer = await accounts.setPassword(person.id, password);
    if (answer.kind !== 'changed') {
      throw new LatchkeyError('internal_error', { detail: 'a temporary password was refused' });
    }
    // Whoever has the old password may be signed in somewhere.
    await auth.people.endAll(person);
    // Shown in any case: it is set, and whoever waits for it could not be told another time.
    await report.keep({ ...deedOf(req, person), type: 'person_password_set' }).catch(() => {});
    render(req, res, 'admin/temporary-password', 'A temporary password', {
      person: personView(person),
      password,
    });
  };
}
