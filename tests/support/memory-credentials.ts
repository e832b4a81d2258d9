// Passwords and login tokens in memory, by the rules of their ports.
import type { LoginTokens, Passwords } from '../../src/directory/credentials.ts';
import { LatchkeyError } from '../../src/errors.ts';
import type { MemoryPeople } from './memory-people.ts';

export const memoryCredentials = ({
  byId,
  passwords,
  tokens,
  answer,
}: MemoryPeople): { readonly passwords: Passwords; readonly loginTokens: LoginTokens } => {
  const known = async (personId: string): Promise<void> => {
    await answer();
    if (!byId.has(personId)) throw new LatchkeyError('not_found');
  };
  return {
    passwords: {
      find: (personId) => answer().then(() => passwords.get(personId) ?? null),
      set: (record) => known(record.personId).then(() => void passwords.set(record.personId, { ...record })),
      async rehash(personId, from, to) {
        await answer();
        const record = passwords.get(personId);
        if (record?.hash === from) passwords.set(personId, { ...record, hash: to });
      },
    },
    loginTokens: {
      add: (digest, token) => known(token.personId).then(() => void tokens.set(digest, { ...token })),
      find: (digest) => answer().then(() => tokens.get(digest) ?? null),
      remove: (digest) => answer().then(() => void tokens.delete(digest)),
      async removeAll(personId, except) {
        await answer();
        for (const [digest, token] of tokens) {
          if (token.personId === personId && digest !== except) tokens.delete(digest);
        }
      },
      async sweep(now) {
        await answer();
        const expired = [...tokens].filter(([, { expiresAt }]) => expiresAt <= now);
        for (const [digest] of expired) tokens.delete(digest);
        return expired.length;
      },
    },
  };
};
