// An API that takes keys, and a store of keys that counts what it is asked and can be broken.
import type { Express } from 'express';
import { memoryApiKeys } from '../../src/embedded.ts';
import {
  type ApiKeyCache,
  type ApiKeyRecord,
  type ApiKeyStore,
  type Auth,
  LatchkeyError,
  type NewApiKey,
} from '../../src/index.ts';
import { type BearerWorld, show, startBearerWorld } from './bearer-world.ts';
import type { ReceivedAnswer } from './browser-request.ts';

export const keyRoutes = (app: Express, auth: Auth): void => {
  app.all('/key', auth.authenticated({ apiKeys: true }), show);
  app.all('/user', auth.currentUser({ apiKeys: true }), show);
  app.all('/optional', auth.authenticated({ apiKeys: true, optional: true }), show);
  app.all('/permission', auth.authenticated({ apiKeys: true, permissions: ['reports:read'] }), show);
  app.all('/fresh', auth.authenticated({ apiKeys: true, maxAge: 60 }), show);
  app.all('/none', auth.authenticated(), show);
};

/** A store that counts, and can be broken. */
const watched = () => {
  const store = memoryApiKeys();
  const state = { finds: 0, notes: 0, broken: false };
  const watchedStore: ApiKeyStore = {
    ...store,
    async find(digest) {
      state.finds += 1;
      if (state.broken) throw new LatchkeyError('store_unavailable', { detail: 'keys: away' });
      return store.find(digest);
    },
    async noteUse(id, at) {
      state.notes += 1;
      if (state.broken) throw new Error('away');
      return store.noteUse(id, at);
    },
  };
  return { store: watchedStore, state };
};

export interface KeyWorld extends BearerWorld {
  readonly state: { finds: number; notes: number; broken: boolean };
  readonly store: ApiKeyStore;
  withKey(key: string, path?: string): Promise<ReceivedAnswer>;
  make(more?: Partial<NewApiKey>): Promise<{ readonly key: string; readonly record: ApiKeyRecord }>;
}

const wanted = {
  name: 'nightly export',
  permissions: ['reports:read'],
  roles: ['robot'],
  scope: ['reports'],
};

export const startKeyWorld = async (apiKeyCache?: ApiKeyCache): Promise<KeyWorld> => {
  const { store, state } = watched();
  const cache = apiKeyCache === undefined ? {} : { apiKeyCache };
  const world = await startBearerWorld({ auth: { apiKeys: store, ...cache } }, keyRoutes);
  return Object.assign(world, {
    state,
    store,
    withKey: (key: string, path = '/key') => world.ask(path, { authorization: `Token ${key}` }),
    make: (more: Partial<NewApiKey> = {}) => world.auth.apiKeys.create({ ...wanted, ...more }),
  });
};

/** The right form for a look-up, and nobody's. */
export const strangeKey = () => `${crypto.randomUUID()}${crypto.randomUUID()}`;
