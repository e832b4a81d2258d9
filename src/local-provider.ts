// The door of the local provider: an OpenID provider to develop and test against.

export type { SigningKey } from './crypto/signing-keys.ts';
export type { ListeningServer } from './http/listen.ts';
export { createLocalProvider, type LocalProvider } from './local-provider/create-local-provider.ts';
export { createLocalProviderKeys, type LocalProviderKeys } from './local-provider/keys.ts';
export { type MemoryProviderStorageOptions, memoryProviderStorage } from './local-provider/memory-storage.ts';
export type {
  DemoHint,
  LocalAccount,
  LocalAccounts,
  LocalApi,
  LocalClient,
  LocalProviderEvent,
  LocalProviderLifetimes,
  LocalProviderListener,
  LocalProviderOptions,
  LocalSignInAnswer,
  LocalSignInOrigin,
  UnsuitablePassword,
} from './local-provider/options.ts';
export type { EntryToStore, LocalProviderStorage, StoredEntry } from './stores/provider-storage.ts';
