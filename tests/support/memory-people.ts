// People in memory, by the rules of their port.
import type { LoginToken, PasswordRecord } from '../../src/directory/credentials.ts';
import type { People, PersonChange } from '../../src/directory/people.ts';
import { localIssuer, type NewPerson, type Person } from '../../src/directory/person.ts';
import {
  isExactKey,
  lookupForm,
  namesFrom,
  readJson,
  shownText,
  usernameFrom,
  writeProfile,
} from '../../src/directory/person-texts.ts';
import { LatchkeyError } from '../../src/errors.ts';

export interface MemoryPeople extends People {
  readonly byId: Map<string, Person>;
  readonly tokens: Map<string, LoginToken>;
  readonly passwords: Map<string, PasswordRecord>;
  byKey(name: string): Person | undefined;
  /** Rejects while the database is away. */
  answer(): Promise<void>;
}

const profileOf = (profile: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  readJson(writeProfile(profile)) as Record<string, unknown>;

export const memoryPeople = (
  isAway: () => boolean,
  onRemoved: (person: Person) => Promise<void>,
): MemoryPeople => {
  const byId = new Map<string, Person>();
  const tokens = new Map<string, LoginToken>();
  const passwords = new Map<string, PasswordRecord>();
  const answer = async (): Promise<void> => {
    if (isAway()) throw new LatchkeyError('store_unavailable', { detail: 'directory: away' });
  };
  const given = (person: Person | undefined): Person | null =>
    person === undefined
      ? null
      : structuredClone({ ...person, mustChangePassword: passwords.get(person.id)?.temporary ?? false });
  const byKey = (name: string): Person | undefined =>
    [...byId.values()].find(({ issuer, subject }) => JSON.stringify([issuer, subject]) === name);
  const isAdmin = (person: Person, permission: string): boolean =>
    !person.disabled && person.permissions.includes(permission);
  const guardLastAdmin = (id: string, permission: string, after: Person | null): void => {
    const before = byId.get(id);
    if (before === undefined || !isAdmin(before, permission)) return;
    if (after !== null && isAdmin(after, permission)) return;
    const others = [...byId.values()].filter((other) => other.id !== id && isAdmin(other, permission));
    if (others.length === 0) throw new LatchkeyError('last_admin');
  };
  const endLogins = (id: string): void => {
    for (const [digest, { personId }] of tokens) if (personId === id) tokens.delete(digest);
  };
  const byUsername = (username: string): Person | undefined => {
    const name = usernameFrom(username);
    if (name === null) return undefined;
    return [...byId.values()].find(
      (person) => person.username !== null && lookupForm(person.username) === lookupForm(name),
    );
  };
  const empty = { name: null, email: null, profile: {}, disabled: false, mustChangePassword: false } as const;

  return {
    byId,
    tokens,
    passwords,
    byKey,
    answer,
    find: (id) => answer().then(() => given(byId.get(id))),
    findByKey: (key) => answer().then(() => given(byKey(JSON.stringify([key.issuer, key.subject])))),
    findByUsername: (username) => answer().then(() => given(byUsername(username))),
    async list({ search, sort, direction, offset, count }) {
      await answer();
      const start = lookupForm(search);
      const found = [...byId.values()]
        .filter(({ name, username, email, subject }) =>
          [name, username, email, subject].some(
            (text) => text !== null && lookupForm(text).startsWith(start),
          ),
        )
        .sort((a, b) => compare(sortKey(a, sort), sortKey(b, sort)) || compare(a.id, b.id));
      if (direction === 'desc') found.reverse();
      const people = found.slice(offset, offset + count).flatMap((person) => given(person) ?? []);
      return { people, total: found.length };
    },
    count: () => answer().then(() => byId.size),
    async signedIn(login, defaults: Pick<NewPerson, 'permissions' | 'roles'>) {
      await answer();
      const { issuer, subject, claims, at } = login;
      if (!isExactKey(login)) throw new LatchkeyError('request_malformed');
      const known = byKey(JSON.stringify([issuer, subject]));
      if (known === undefined && issuer === localIssuer) throw new LatchkeyError('account_disabled');
      if (known?.disabled) return structuredClone(known);
      const fresh = {
        ...empty,
        ...{ id: crypto.randomUUID(), issuer, subject, username: null, createdAt: at },
        ...{ permissions: namesFrom(defaults.permissions), roles: namesFrom(defaults.roles) },
      };
      const person: Person = {
        ...(known ?? fresh),
        name: shownText(claims.name) ?? known?.name ?? null,
        email: shownText(claims.email) ?? known?.email ?? null,
        lastLoginAt: Math.max(known?.lastLoginAt ?? at, at),
        updatedAt: known?.updatedAt ?? at,
      };
      byId.set(person.id, person);
      return structuredClone({ ...person, mustChangePassword: passwords.get(person.id)?.temporary ?? false });
    },
    async create(person, at) {
      await answer();
      const username = usernameFrom(person.username);
      if (username === null) throw new LatchkeyError('request_malformed');
      if (byUsername(username) !== undefined) throw new LatchkeyError('username_taken');
      const id = crypto.randomUUID();
      const made: Person = {
        ...empty,
        ...{
          id,
          issuer: localIssuer,
          subject: id,
          username,
          createdAt: at,
          updatedAt: at,
          lastLoginAt: null,
        },
        ...{ name: shownText(person.name), email: shownText(person.email) },
        ...{ permissions: namesFrom(person.permissions), roles: namesFrom(person.roles) },
        profile: profileOf(person.profile ?? {}),
      };
      byId.set(id, made);
      return structuredClone(made);
    },
    async change(id, change: PersonChange, adminPermission, at) {
      await answer();
      const known = byId.get(id);
      if (known === undefined) return null;
      const { permissions, roles, profile, name, email, disabled } = change;
      const next: Person = {
        ...known,
        ...(permissions === undefined ? {} : { permissions: namesFrom(permissions) }),
        ...(roles === undefined ? {} : { roles: namesFrom(roles) }),
        ...(profile === undefined ? {} : { profile: profileOf(profile) }),
        ...(name === undefined ? {} : { name: shownText(name) }),
        ...(email === undefined ? {} : { email: shownText(email) }),
        ...(disabled === undefined ? {} : { disabled }),
        updatedAt: at,
      };
      guardLastAdmin(id, adminPermission, next);
      byId.set(id, next);
      if (disabled === true || (disabled === false && known.disabled)) endLogins(id);
      return given(next);
    },
    async remove(id, adminPermission) {
      await answer();
      const known = byId.get(id);
      if (known === undefined) return false;
      guardLastAdmin(id, adminPermission, null);
      byId.delete(id);
      passwords.delete(id);
      endLogins(id);
      await onRemoved(known);
      return true;
    },
  };
};

const sortKey = (person: Person, by: 'name' | 'username' | 'email' | 'createdAt' | 'lastLoginAt') => {
  const value = person[by];
  return typeof value === 'number'
    ? value
    : value === null
      ? by === 'lastLoginAt'
        ? 0
        : ''
      : lookupForm(value);
};

const compare = (a: string | number, b: string | number): number => (a === b ? 0 : a < b ? -1 : 1);
