// One person: the page, and what administrators change about somebody.
import { type Response, Router } from 'express';
import type { Person, PersonChange } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import { nameOf } from '../app-directory.ts';
import { formField, namesIn, problemOfNames } from '../form-fields.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import type { AdminParts } from './admin-parts.ts';
import { createShowPerson, personOf, personView } from './person-page.ts';

/** `/admin/people/:id`, its rights, disabling, enabling and deleting. */
export function personRoutes(parts: AdminParts): Router {
  const { auth, store, adminPermission, basePath, render, report, clock } = parts;
  const router = Router();
  const show = createShowPerson(parts);
  const back = (res: Response, { id }: Person, done: string) =>
    res.redirect(303, `${basePath}/admin/people/${encodeURIComponent(id)}?done=${done}`);
  /** Changes the person, and has it in their live sessions before the answer. */
  const change = async (person: Person, wanted: PersonChange): Promise<Person> => {
    const changed = await store.people.change(person.id, wanted, adminPermission, clock());
    if (changed === null) throw new LatchkeyError('not_found', { detail: 'deleted meanwhile' });
    await auth.people.changed(person);
    return changed;
  };

  router.get('/admin/people/:id', async (req, res) => show(req, res, await personOf(req, parts)));
  router.post('/admin/people/:id/rights', async (req, res) => {
    const person = await personOf(req, parts);
    const typed = { permissions: formField(req, 'permissions'), roles: formField(req, 'roles') };
    const permissions = namesIn(typed.permissions);
    const roles = namesIn(typed.roles);
    const permissionsError = problemOfNames(permissions, false);
    const rolesError = problemOfNames(roles, true);
    if (permissionsError !== null || rolesError !== null) {
      res.status(400);
      return show(req, res, person, { ...typed, permissionsError, rolesError });
    }
    await change(person, { permissions, roles });
    const before = { permissions: person.permissions, roles: person.roles };
    const after = { permissions, roles, before };
    await report.keep({ ...deedOf(req, person), type: 'person_rights_changed', ...after });
    back(res, person, 'rights');
  });
  router.post('/admin/people/:id/disable', async (req, res) => {
    const person = await personOf(req, parts);
    await change(person, { disabled: true });
    await report.keep({ ...deedOf(req, person), type: 'person_disabled' });
    back(res, person, 'disabled');
  });
  router.post('/admin/people/:id/enable', async (req, res) => {
    const person = await personOf(req, parts);
    await change(person, { disabled: false });
    await report.keep({ ...deedOf(req, person), type: 'person_enabled' });
    back(res, person, 'enabled');
  });
  router.get('/admin/people/:id/delete', async (req, res) => {
    const person = personView(await personOf(req, parts));
    render(req, res, 'admin/delete-person', 'Delete this account?', { person });
  });
  router.post('/admin/people/:id/delete', async (req, res) => {
    const person = await personOf(req, parts);
    // Disabled first: their sessions end while it can still be tried again, and nobody signs in meanwhile.
    await change(person, { disabled: true });
    await store.people.remove(person.id, adminPermission);
    await report.keep({ ...deedOf(req, person), type: 'person_deleted', name: nameOf(person) });
    res.redirect(303, `${basePath}/admin/people?done=deleted`);
  });

  // Whoever had to sign in again comes back by GET; the form was not carried over.
  router.get(['rights', 'disable', 'enable'].map(at), async (req, res) => {
    back(res, await personOf(req, parts), 'again');
  });
  router.all('/admin/people/:id', only('GET, HEAD'));
  return router;
}

function at(action: string): string {
  return `/admin/people/:id/${action}`;
}
