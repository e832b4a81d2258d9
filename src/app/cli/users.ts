// The commands about people.
import { localIssuer, type Person } from '../../directory.ts';
import { LatchkeyError } from '../../index.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import type { Installation } from './open-installation.ts';
import { wholeNumber } from './read-number.ts';
import { minute, table, time } from './show.ts';

const adminPermission = 'admin';

/** Somebody by id or user name. */
export async function personBy({ directory }: Installation, name: string): Promise<Person> {
  const { people } = directory;
  const person = (await people.find(name)) ?? (await people.findByUsername(name));
  if (person !== null) return person;
  throw new CommandError('notFound', `Nobody has the id or user name "${name}". See "latchkey users list".`);
}

/** What is shown of a person. */
function viewOf(person: Person) {
  const { id, issuer, subject, username, name, email, permissions, roles, disabled } = person;
  const { createdAt, lastLoginAt, mustChangePassword } = person;
  return {
    ...{ id, issuer, subject, username, name, email, permissions, roles, disabled, mustChangePassword },
    ...{ createdAt: time(createdAt), lastLoginAt: time(lastLoginAt) },
  };
}

const done = (person: Person, words: string) => ({
  data: { user: viewOf(person) },
  words: `${person.username ?? person.id} ${words}\n`,
});

export const listUsers: Command = async ({ directory }, { values }) => {
  const search = String(values.search ?? '');
  const [offset, count] = [wholeNumber(values, 'offset', 0, 0), wholeNumber(values, 'count', 100, 1)];
  const page = { search, sort: 'createdAt', direction: 'asc', offset, count } as const;
  const { people, total } = await directory.people.list(page);
  const rows = people.map((person) => [
    ...[person.id, person.username ?? '-', person.name ?? person.email ?? '-'],
    ...[person.permissions.join(',') || '-', person.disabled ? 'disabled' : 'active'],
    ...[minute(person.lastLoginAt), person.issuer === localIssuer ? localIssuer : person.issuer],
  ]);
  const names = ['ID', 'USER', 'NAME', 'PERMISSIONS', 'STATE', 'LAST LOGIN', 'ISSUER'];
  const words = `${table(names, rows)}${people.length} of ${total}\n`;
  return { data: { users: people.map(viewOf), total }, words };
};

export const addUser: Command = async (at, { words: [username = ''], values, password }) => {
  const { directory, accounts, by, now } = at;
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : null);
  const texts = (name: string) => (Array.isArray(values[name]) ? values[name].map(String) : []);
  const [name, email] = [text('name'), text('email')];
  if ((await directory.people.findByUsername(username)) !== null) throw new LatchkeyError('username_taken');
  const secret = await password();
  const problem = accounts.judgePassword(secret, [username, name, email]);
  if (problem !== null) throw new CommandError('unsuitable', problem.words, problem.code);
  const permissions = [...new Set([...(values.admin ? [adminPermission] : []), ...texts('permission')])];
  const wanted = { username, name, email, permissions, roles: texts('role') };
  const { id } = await directory.people.create(wanted, now());
  at.note({ type: 'person_created', by, personId: id, permissions, roles: wanted.roles });
  await setTo(at, id, secret, values.permanent !== true).catch((error: unknown) => {
    // Somebody new is signed in nowhere: there is nothing to reach.
    if (!isUnreached(error)) throw error;
  });
  return done(await personBy(at, id), 'can sign in.');
};

/** The state of one person, in the directory and in live sessions. */
const setDisabled =
  (disabled: boolean): Command =>
  async (at, { words: [user = ''] }) => {
    const { id } = await personBy(at, user);
    const person = await at.directory.people.change(id, { disabled }, adminPermission, at.now());
    if (person === null) throw new LatchkeyError('not_found');
    at.note({ type: disabled ? 'person_disabled' : 'person_enabled', by: at.by, personId: id });
    // Said again where it was so before: it may not have reached all sessions then.
    await at.changed(person);
    return done(person, disabled ? 'is disabled and signed out everywhere.' : 'may sign in again.');
  };

export const disableUser = setDisabled(true);
export const enableUser = setDisabled(false);

export const setPermissions: Command = async (at, { words: [user = '', ...permissions], values }) => {
  if ((permissions.length === 0) !== (values.none === true)) {
    throw new CommandError('usage', 'Name the permissions, or say --none to take all of them away.');
  }
  const { id, ...old } = await personBy(at, user);
  const person = await at.directory.people.change(id, { permissions }, adminPermission, at.now());
  if (person === null) throw new LatchkeyError('not_found');
  const { permissions: now, roles } = person;
  const before = { permissions: old.permissions, roles: old.roles };
  at.note({ type: 'person_rights_changed', by: at.by, personId: id, permissions: now, roles, before });
  await at.changed(person);
  return done(person, now.length === 0 ? 'has no permissions.' : `has the permissions ${now.join(', ')}.`);
};

export const setPassword: Command = async (at, { words: [user = ''], values, password }) => {
  const person = await personBy(at, user);
  if (person.issuer !== localIssuer) {
    const words = 'This person signs in at a provider and has no password here. Change it there.';
    throw new CommandError('refused', words);
  }
  await setTo(at, person.id, await password(), values.permanent !== true);
  const kept = values.permanent === true ? 'has a new password' : 'has a temporary password';
  return done(await personBy(at, person.id), `${kept} and is signed out everywhere.`);
};

async function setTo(at: Installation, personId: string, secret: string, temporary: boolean): Promise<void> {
  const noted = () => at.note({ type: 'person_password_set', by: at.by, personId });
  try {
    const answer = await at.accounts.setPassword(personId, secret, { temporary });
    if (answer.kind === 'unsuitable') {
      throw new CommandError('unsuitable', answer.problem.words, answer.problem.code);
    }
  } catch (error) {
    if (isUnreached(error)) noted();
    throw error;
  }
  noted();
}

/** The change is written, and live sessions could not be reached. */
function isUnreached(error: unknown): boolean {
  return error instanceof CommandError && error.code === 'again';
}
