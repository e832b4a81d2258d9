// A temporary password for somebody whose account is kept here.
import { Router } from 'express';
import { localIssuer, type Person } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import { only } from '../method-check.ts';
import type { AdminParts } from './admin-parts.ts';
import { createGiveTemporary } from './give-temporary.ts';
import { personOf, personView } from './person-page.ts';

/** `/admin/people/:id/password`. */
export function passwordRoutes(parts: AdminParts): Router {
  const { render } = parts;
  const router = Router();
  const giveTemporary = createGiveTemporary(parts);

  router.get('/admin/people/:id/password', async (req, res) => {
    const person = personView(withPassword(await personOf(req, parts)));
    render(req, res, 'admin/ask-password', 'Give a temporary password?', { person });
  });
  router.post('/admin/people/:id/password', async (req, res) => {
    await giveTemporary(req, res, withPassword(await personOf(req, parts)));
  });
  router.all('/admin/people/:id/password', only('GET, HEAD, POST'));
  return router;
}

/** Others have their password at their provider. */
function withPassword(person: Person): Person {
  if (person.issuer !== localIssuer) {
    throw new LatchkeyError('not_found', { detail: 'the account is not kept here' });
  }
  return person;
}
