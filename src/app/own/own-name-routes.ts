// Your name, for people whose account is kept here.
import { type Request, type Response, Router } from 'express';
import { localIssuer, type Person } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import { formField } from '../form-fields.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import { type OwnParts, ownPerson } from './own-parts.ts';

const longestName = 200;

/** `/profile/edit`. */
export function ownNameRoutes(parts: OwnParts): Router {
  const { directory, basePath, render, report, clock } = parts;
  const { store, adminPermission = 'admin' } = directory;
  const router = Router();
  const show = (req: Request, res: Response, person: Person, name: string, error: string | null) =>
    render(req, res, 'own/edit', 'Your name', {
      name,
      error,
      isLocal: person.issuer === localIssuer,
      notice: req.query.done === 'name' ? saved : null,
    });

  router.get('/profile/edit', async (req, res) => {
    const person = await ownPerson(req, parts);
    show(req, res, person, person.name ?? '', null);
  });
  router.post('/profile/edit', async (req, res) => {
    const person = await ownPerson(req, parts);
    // The provider's word about other people comes back at each login.
    if (person.issuer !== localIssuer) throw new LatchkeyError('not_owner');
    const name = formField(req, 'name').trim();
    if ([...name].length > longestName) {
      res.status(400);
      return show(req, res, person, name, `It has at most ${longestName} characters.`);
    }
    await store.people.change(person.id, { name }, adminPermission, clock());
    await report.keep({ ...deedOf(req, person), type: 'person_name_changed' });
    res.redirect(303, `${basePath}/profile/edit?done=name`);
  });
  router.all('/profile/edit', only('GET, HEAD, POST'));
  return router;
}

const saved = { kind: 'success', text: 'Saved. Pages greet you by it from your next sign-in on.' } as const;
