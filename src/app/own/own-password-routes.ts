// Your password, for people whose account is kept here: the old one, and a new one.
import { type Request, type Response, Router } from 'express';
import { localIssuer, type Person } from '../../directory.ts';
import { clientAddress, LatchkeyError } from '../../index.ts';
import { formField } from '../form-fields.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import { type OwnParts, ownPerson } from './own-parts.ts';

interface Problems {
  readonly old?: string;
  readonly new?: string;
}

/** `/profile/password`. */
export function ownPasswordRoutes(parts: OwnParts): Router {
  const { auth, directory, basePath, render, report } = parts;
  const router = Router();
  const show = (req: Request, res: Response, { issuer, username }: Person, problems: Problems) =>
    render(req, res, 'own/password', 'Your password', {
      problems,
      username,
      isLocal: issuer === localIssuer,
      notice: req.query.done === 'password' ? changed : null,
    });

  router.get('/profile/password', async (req, res) => show(req, res, await ownPerson(req, parts), {}));
  router.post('/profile/password', async (req, res) => {
    const person = await ownPerson(req, parts);
    const [oldPassword, newPassword] = [formField(req, 'old'), formField(req, 'new')];
    const origin = { address: clientAddress(req) ?? 'unknown' };
    const { accounts } = directory;
    const answer = await accounts.changePassword(person.id, oldPassword, newPassword, origin, {
      session: req,
    });
    switch (answer.kind) {
      case 'limited':
        throw new LatchkeyError('too_many_tries', { retryAfterSeconds: answer.retryAfterSeconds });
      case 'refused':
        res.status(403);
        return show(req, res, person, { old: 'That is not your password.' });
      case 'unsuitable':
        res.status(400);
        return show(req, res, person, { new: answer.problem.words });
      case 'changed':
        // Whoever knew the old one may be signed in somewhere.
        await auth.people.endAll(person, { except: req });
        await report.keep({ ...deedOf(req, person), type: 'own_password_changed' });
        return res.redirect(303, `${basePath}/profile/password?done=password`);
    }
  });
  router.all('/profile/password', only('GET, HEAD, POST'));
  return router;
}

const changed = {
  kind: 'success',
  text: 'Your password is changed. You are signed out everywhere else.',
} as const;
