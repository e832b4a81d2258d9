// Many requests with one key at the same moment, while the store is slow.
import { describe, expect, it } from 'vitest';
import type { ApiKeyStore } from '../../../src/config/api-key-store.ts';
import { memoryApiKeys } from '../../../src/stores/memory-api-keys.ts';
import { newApiKey } from '../../../src/tokens/api-key-format.ts';
import { createApiKeys } from '../../../src/tokens/api-keys.ts';
import { apiKeyParts, createCheckApiKey } from '../../../src/tokens/check-api-key.ts';

const slowStore = (seconds = 10) => {
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
  const memory = memoryApiKeys();
  const state = { finds: 0 };
  const store: ApiKeyStore = {
    ...memory,
    async find(digest) {
      state.finds += 1;
      await open;
      return memory.find(digest);
    },
  };
  const parts = apiKeyParts(
    { issuer: 'https://op.example', clientId: 'app', apiKeys: store },
    { tokenCacheSize: 100, apiKeySeconds: 10, clock: () => 1000 },
  );
  if (parts === null) throw new Error('no parts');
  const check = createCheckApiKey({
    ...parts,
    seconds,
    isOwnerGood: async () => true,
    clock: () => 1000,
  });
  return {
    state,
    letGo,
    check,
    keys: createApiKeys(
      parts,
      () => 1000,
      () => {},
    ),
  };
};

describe('a look-up that is under way', () => {
  it('is joined by whoever asks about the same key, and each is told', async () => {
    const { state, letGo, check, keys } = slowStore();
    const { key, record } = await keys.create({ name: 'one' });
    const asked = Array.from({ length: 20 }, () => check(key));
    const other = check(newApiKey());
    letGo();
    for (const found of await Promise.all(asked)) expect(found?.id).toBe(record.id);
    expect(await other).toBeNull();
    expect(state.finds).toBe(2);
  });

  it('is joined by nobody where nothing may be remembered: it began before what may have changed', async () => {
    const { state, letGo, check, keys } = slowStore(0);
    const { key } = await keys.create({ name: 'one' });
    const asked = [check(key), check(key)];
    letGo();
    await Promise.all(asked);
    expect(state.finds).toBe(2);
  });
});
