// A logout that meets a refresh: whichever comes first, the tokens that are good last are the ones that are revoked.
import type { SessionData } from 'express-session';
import { expect, it } from 'vitest';
import { createSealer } from '../../../src/crypto/seal.ts';
import { Secret } from '../../../src/crypto/secret.ts';
import { memorySessions } from '../../../src/embedded.ts';
import { createEndSession } from '../../../src/session/end-session.ts';
import { createLifetimes } from '../../../src/session/lifetimes.ts';
import type { SessionRecord } from '../../../src/session/record.ts';
import { createSessionRegistry } from '../../../src/session/registry.ts';
import { createTokenVault, type TokenSet } from '../../../src/session/token-set.ts';

const tokens = (name: string): TokenSet => ({
  issuer: 'https://provider.example',
  accessToken: new Secret(`access ${name}`),
  refreshToken: new Secret(`refresh ${name}`),
  idToken: new Secret('id'),
  accessTokenChecked: null,
  expiresAt: 0,
});

it('revokes the tokens of a refresh that was written while the logout was on its way', async () => {
  const limits = { idleSeconds: 100, absoluteSeconds: 100, clock: () => Date.now() };
  const stores = memorySessions()(createLifetimes(limits));
  const vault = createTokenVault(stores.vault, createSealer(['a secret of more than thirty-two characters']));
  const latchkey = { startedAt: Date.now(), issuer: 'https://provider.example', subject: 'ada' };
  const record = latchkey as unknown as SessionRecord;
  const data = { cookie: { path: '/' }, latchkey } as unknown as SessionData;
  await stores.records.insert('a', data);
  await vault.write('a', tokens('old'), 100);

  const revoked: (string | undefined)[] = [];
  const end = createEndSession({
    records: {
      ...stores.records,
      async remove(id) {
        // The last moment at which a refresh can still write.
        const sealed = vault.seal(id, tokens('new'));
        expect(await stores.records.renew(id, { latchkey: record, sealed, version: 0 })).toBe(true);
        await stores.records.remove(id);
      },
    },
    vault,
    registry: createSessionRegistry(stores.index, limits),
    revoke: async ({ refreshToken }) => {
      revoked.push(refreshToken?.reveal());
      return true;
    },
    emit: () => {},
  });
  const ended = await end({ storeId: 'a', record, data }, { reason: 'logout', revoke: true }, {});
  expect(revoked).toEqual(['refresh new']);
  expect(ended.tokens?.accessToken.reveal()).toBe('access new');
  expect(await stores.vault.read('a')).toBeNull();
  await stores.close();
});
