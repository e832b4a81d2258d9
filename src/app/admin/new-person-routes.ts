// A new account that is kept here: the form, and the temporary password it is given.
import { type Request, type Response, Router } from 'express';
import type { Person } from '../../directory.ts';
import { asLatchkeyError } from '../../index.ts';
import { formField, namesIn, problemOfNames, unseen } from '../form-fields.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import type { AdminParts } from './admin-parts.ts';
import { createGiveTemporary } from './give-temporary.ts';

const fieldNames = ['username', 'name', 'email', 'permissions', 'roles'] as const;

type Typed = Readonly<Record<(typeof fieldNames)[number], string>>;
type Problems = { readonly [name in (typeof fieldNames)[number]]?: string | null };

const nothing: Typed = { username: '', name: '', email: '', permissions: '', roles: '' };
const mostCharacters = 200;

/** `/admin/people/new`. */
export function newPersonRoutes(parts: AdminParts): Router {
  const { store, render, report, clock } = parts;
  const router = Router();
  const giveTemporary = createGiveTemporary(parts);
  const form = (req: Request, res: Response, typed: Typed, problems: Problems) =>
    render(req, res, 'admin/new-person', 'Add a person', { typed, problems });

  router.get('/admin/people/new', (req, res) => form(req, res, nothing, {}));
  router.post('/admin/people/new', async (req, res) => {
    const typed = Object.fromEntries(fieldNames.map((name) => [name, formField(req, name)])) as Typed;
    const problems = problemsOf(typed);
    if (Object.values(problems).some((problem) => problem !== null)) {
      res.status(400);
      return form(req, res, typed, problems);
    }
    const rights = { permissions: namesIn(typed.permissions), roles: namesIn(typed.roles) };
    let person: Person;
    try {
      const { username, name, email } = typed;
      person = await store.people.create({ username, name, email, ...rights }, clock());
    } catch (thrown) {
      if (asLatchkeyError(thrown).code !== 'username_taken') throw thrown;
      res.status(409);
      return form(req, res, typed, { username: 'Another account has this name. Choose a different one.' });
    }
    await report.keep({ ...deedOf(req, person), type: 'person_created', ...rights });
    // Without it nobody could sign in to the account; where that fails it can be given on the person's page.
    await giveTemporary(req, res, person);
  });
  router.all('/admin/people/new', only('GET, HEAD, POST'));
  return router;
}

function problemsOf(typed: Typed): Problems {
  const { username, name, email, permissions, roles } = typed;
  const tooLong = (text: string) =>
    [...text].length > mostCharacters ? `It has at most ${mostCharacters} characters.` : null;
  return {
    username: problemOfUsername(username.normalize('NFKC').trim()) ?? tooLong(username),
    name: tooLong(name),
    email: tooLong(email) ?? (/^$|^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : 'That is no email address.'),
    permissions: problemOfNames(namesIn(permissions), false),
    roles: problemOfNames(namesIn(roles), true),
  };
}

function problemOfUsername(username: string): string | null {
  if (username === '') return 'An account needs a user name.';
  return unseen.test(username) ? 'It has a character in it that nobody sees.' : null;
}
