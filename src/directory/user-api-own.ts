// What people do for themselves by the JSON API: who am I, another password, API keys.
import type { ApiKeyRecord } from '../config/api-key-store.ts';
import { LatchkeyError } from '../errors.ts';
import { eventContext } from '../identity/event-context.ts';
import { localIssuer, type Person } from './person.ts';
import { bodyAs, idFrom, keyBody, ownPasswordBody } from './user-api-body.ts';
import { addressOf, type Handler, type UserApiParts } from './user-api-call.ts';
import { badRequest } from './user-api-failures.ts';
import { refuseUnlessChanged } from './user-api-people.ts';
import { keyView, userView } from './user-view.ts';

/** The name of the key that is made without one; a new one takes its place. */
const unnamed = 'default';
/** Keys of one person that live at the same time. */
const mostKeys = 50;

/** `GET /`. */
export const showMe: Handler = async ({ login }) => userView(login.person);

/** `POST /password`: ends all other logins of the person. */
export function changeOwnPassword({ settings, emit, changed }: UserApiParts): Handler {
  const { directory, accounts } = settings;
  return async ({ req, login: { person, tokenDigest } }) => {
    const { oldPassword, newPassword } = bodyAs(req, ownPasswordBody);
    if (person.issuer !== localIssuer)
      throw badRequest('oldPassword', 'is of an account that has no password here');
    const keep = { session: req, ...(tokenDigest === null ? {} : { tokenDigest }) };
    const change = accounts.changePassword(person.id, oldPassword, newPassword, addressOf(req), keep);
    refuseUnlessChanged(await change, 'newPassword');
    await directory.loginTokens.removeAll(person.id, tokenDigest ?? undefined);
    emit({ ...eventContext(req), type: 'own_password_changed', personId: person.id });
    const after = await directory.people.find(person.id);
    if (after === null) throw new LatchkeyError('unauthenticated');
    await changed(after, 'password');
    return userView(after);
  };
}

/** `POST /key`: shown this once. With a name it stands beside the others; without one it replaces the one without. */
export function makeKey({ settings, keys }: UserApiParts): Handler {
  const { clock } = settings;
  return async ({ req, login: { person } }) => {
    const { name, expiresAt } = bodyAs(req, keyBody, {});
    const endsAt = expiresAt ? Date.parse(expiresAt) : null;
    if (endsAt !== null && endsAt <= clock()) throw badRequest('expiresAt', 'is over already');
    const live = await liveKeys(person);
    const replaced = name === undefined ? live.filter((key) => key.name === unnamed) : [];
    if (live.length - replaced.length >= mostKeys) {
      throw badRequest('name', `is one too many: at most ${mostKeys} keys at the same time`);
    }
    // The old one first: were the other half to fail, there would be one key too few and not one too many.
    for (const { id } of replaced) await keys.revoke(id);
    const { issuer, subject } = person;
    const wanted = { name: name ?? unnamed, owner: { issuer, subject }, expiresAt: endsAt };
    const { key, record } = await keys.create(wanted);
    return { apiKey: key, ...keyView(record) };
  };

  async function liveKeys(person: Person): Promise<readonly ApiKeyRecord[]> {
    const all = await keysOf({ keys }, person);
    return all.filter((key) => key.expiresAt === null || key.expiresAt > clock());
  }
}

/** `DELETE /key`: the one without a name. */
export function revokeUnnamedKey({ keys }: UserApiParts): Handler {
  return async ({ login: { person } }) => {
    for (const { id, name } of await keysOf({ keys }, person)) if (name === unnamed) await keys.revoke(id);
    return { apiKey: null };
  };
}

/** `GET /keys`: expired ones too, so that somebody sees why a program stopped; revoked ones are gone. */
export function listKeys({ keys }: UserApiParts): Handler {
  return async ({ login: { person } }) => ({ keys: (await keysOf({ keys }, person)).map(keyView) });
}

/** `DELETE /keys/:id`: a key of somebody else is as unknown as one that never was. */
export function revokeKey({ keys }: UserApiParts): Handler {
  return async ({ req, login: { person } }) => {
    const id = idFrom(req);
    const own = await keysOf({ keys }, person);
    if (!own.some((key) => key.id === id)) throw new LatchkeyError('not_found');
    await keys.revoke(id);
    return { keyId: id, deleted: true };
  };
}

async function keysOf(
  { keys }: Pick<UserApiParts, 'keys'>,
  person: Person,
): Promise<readonly ApiKeyRecord[]> {
  const { issuer, subject } = person;
  return (await keys.list({ issuer, subject })).filter(({ revokedAt }) => revokedAt === null);
}
