// The commands about API keys.
import type { ApiKeyRecord } from '../../index.ts';
import { keyState } from '../key-row.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './read-number.ts';
import { minute, table, time } from './show.ts';
import { personBy } from './users.ts';

const dayMs = 86_400_000;

function viewOf(record: ApiKeyRecord) {
  const { createdAt, expiresAt, revokedAt, lastUsedAt, ...facts } = record;
  const times = { createdAt, expiresAt, revokedAt, lastUsedAt };
  return { ...facts, ...Object.fromEntries(Object.entries(times).map(([name, at]) => [name, time(at)])) };
}

export const listKeys: Command = async (at, { values }) => {
  const owner = values.user === undefined ? null : await personBy(at, String(values.user));
  const keys = await at.auth.apiKeys.list(owner);
  const rows = keys.map((key) => [
    ...[key.id, key.name, keyState(key, at.now()), key.permissions.join(',') || '-'],
    ...[minute(key.createdAt), minute(key.expiresAt), minute(key.lastUsedAt)],
  ]);
  const names = ['ID', 'NAME', 'STATE', 'PERMISSIONS', 'MADE', 'ENDS', 'LAST USED'];
  return { data: { keys: keys.map(viewOf) }, words: table(names, rows) };
};

export const createKey: Command = async (at, { words: [name = ''], values }) => {
  const texts = (option: string) => (Array.isArray(values[option]) ? values[option].map(String) : []);
  const person = values.user === undefined ? null : await personBy(at, String(values.user));
  const days = wholeNumber(values, 'days', null, 1);
  const wanted = {
    name,
    owner: person === null ? null : { issuer: person.issuer, subject: person.subject },
    ...{ permissions: texts('permission'), roles: texts('role'), scope: texts('scope') },
    expiresAt: days === null ? null : at.now() + days * dayMs,
  };
  const deed = { by: at.by, ...(person === null ? {} : { personId: person.id }) };
  const { key, record } = await at.auth.apiKeys.create(wanted, deed);
  // The key alone on its line, so that it can be piped on; what is about it is for the eye.
  return { data: { key, record: viewOf(record) }, words: `${key}\n` };
};

export const revokeKey: Command = async ({ auth, by }, { words: [id = ''] }) => {
  if (!(await auth.apiKeys.revoke(id, { by }))) {
    throw new CommandError('notFound', `No key has the id "${id}". See "latchkey keys list".`);
  }
  return { data: { id, revoked: true }, words: `${id} is revoked.\n` };
};
