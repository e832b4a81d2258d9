// Managing people by the JSON API: list, create, permissions, profile, password, delete.
import { LatchkeyError } from '../errors.ts';
import { eventContext } from '../identity/event-context.ts';
import { localIssuer, type Person } from './person.ts';
import {
  bodyAs,
  idFrom,
  newPersonBody,
  pageFrom,
  passwordBody,
  permissionsBody,
  profileBody,
} from './user-api-body.ts';
import type { Handler, UserApiParts } from './user-api-call.ts';
import { badRequest, RequestProblems, tooMany } from './user-api-failures.ts';
import type { PasswordChange, UnsuitablePassword } from './user-api-options.ts';
import { userView } from './user-view.ts';

/** `GET /users?page=`: in the order they were created in, so that pages stay where they are. */
export function listPeople({ settings }: UserApiParts): Handler {
  const { directory, pageSize } = settings;
  return async ({ req }) => {
    const offset = pageFrom(req) * pageSize;
    const order = { search: '', sort: 'createdAt', direction: 'asc' } as const;
    const { people, total } = await directory.people.list({ ...order, offset, count: pageSize });
    return { users: people.map(userView), total };
  };
}

/** `POST /users`. When the password cannot be set, nobody is left behind. */
export function createPerson({ settings, emit, changed }: UserApiParts): Handler {
  const { people } = settings.directory;
  return async ({ req, login }) => {
    const { username, password, permissions, name, email } = bodyAs(req, newPersonBody);
    const problem = settings.accounts.judgePassword(password, [username, name ?? null, email ?? null]);
    if (problem !== null) throw unsuitable(problem, 'password');
    const given = {
      ...{ username, name: name ?? null, email: email ?? null },
      ...{ permissions: permissions ?? settings.defaultPermissions, roles: [] },
    };
    const created = await people.create(given, settings.clock()).catch((error: unknown) => {
      const isTaken = error instanceof LatchkeyError && error.code === 'username_taken';
      // 400 is what clients of old look for.
      throw isTaken ? new LatchkeyError('username_taken', { status: 400 }) : error;
    });
    try {
      const options = { temporary: settings.temporaryPasswords };
      refuseUnlessChanged(await settings.accounts.setPassword(created.id, password, options), 'password');
    } catch (error) {
      await people.remove(created.id, settings.adminPermission);
      throw error;
    }
    const person = (await people.find(created.id)) ?? created;
    emit({
      ...{ ...eventContext(req), type: 'person_created', by: login.person.id },
      ...{ personId: person.id, permissions: person.permissions },
    });
    await changed(person, 'created');
    return userView(person);
  };
}

/** `POST /users/:id/permissions`: what was there is replaced. */
export function setPermissions({ settings, emit, changed }: UserApiParts): Handler {
  const { directory, adminPermission, clock } = settings;
  return async ({ req, login }) => {
    const { permissions } = bodyAs(req, permissionsBody);
    const person = found(
      await directory.people.change(idFrom(req), { permissions }, adminPermission, clock()),
    );
    emit({
      ...{ ...eventContext(req), type: 'person_permissions_changed', by: login.person.id },
      ...{ personId: person.id, permissions: person.permissions },
    });
    await changed(person, 'permissions');
    return userView(person);
  };
}

/** `POST /users/:id/profile`: by an administrator, or by the person where that is allowed. */
export function setProfile({ settings, emit, changed }: UserApiParts): Handler {
  const { directory, adminPermission, allowOwnProfileEdit, clock } = settings;
  return async ({ req, login }) => {
    const id = idFrom(req);
    const mayEdit =
      login.person.permissions.includes(adminPermission) || (allowOwnProfileEdit && login.person.id === id);
    // Said before anybody is looked up: who exists is not everybody's business.
    if (!mayEdit) throw new LatchkeyError('insufficient_permissions', { needed: [adminPermission] });
    const profile = bodyAs(req, profileBody);
    const person = found(await directory.people.change(id, { profile }, adminPermission, clock()));
    emit({ ...eventContext(req), type: 'person_profile_changed', by: login.person.id, personId: person.id });
    await changed(person, 'profile');
    return userView(person);
  };
}

/** `POST /users/:id/password`: a temporary one; ends every login of that person. */
export function setPassword({ settings, emit, changed }: UserApiParts): Handler {
  const { directory, accounts, temporaryPasswords } = settings;
  return async ({ req, login }) => {
    const { password } = bodyAs(req, passwordBody);
    const { id, issuer } = found(await directory.people.find(idFrom(req)));
    if (issuer !== localIssuer) throw badRequest('id', 'is somebody who has no password here');
    refuseUnlessChanged(
      await accounts.setPassword(id, password, { temporary: temporaryPasswords }),
      'password',
    );
    await directory.loginTokens.removeAll(id);
    emit({ ...eventContext(req), type: 'person_password_set', by: login.person.id, personId: id });
    const person = found(await directory.people.find(id));
    await changed(person, 'password');
    return userView(person);
  };
}

/** `DELETE /users/:id`: with password, keys and logins. Nobody deletes themselves. */
export function deletePerson({ settings, emit, changed }: UserApiParts): Handler {
  const { people } = settings.directory;
  return async ({ req, login }) => {
    const id = idFrom(req);
    if (id === login.person.id) throw new LatchkeyError('own_account');
    const person = found(await people.find(id));
    if (!(await people.remove(id, settings.adminPermission))) throw new LatchkeyError('not_found');
    emit({ ...eventContext(req), type: 'person_deleted', by: login.person.id, personId: id });
    await changed(person, 'deleted');
    return { userId: id, deleted: true };
  };
}

/** Turns what became of a password into an answer. */
export function refuseUnlessChanged(result: PasswordChange, field: string): void {
  if (result.kind === 'limited') throw tooMany(result.retryAfterSeconds, 'too_many_tries');
  if (result.kind === 'refused') throw new LatchkeyError('password_wrong');
  if (result.kind === 'unsuitable') throw unsuitable(result.problem, field);
}

function unsuitable({ words }: UnsuitablePassword, field: string): RequestProblems {
  return new RequestProblems([{ name: field, problem: words }], 'password_refused');
}

function found(person: Person | null): Person {
  if (person === null) throw new LatchkeyError('not_found');
  return person;
}
