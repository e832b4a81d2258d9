// The door to sessions, API keys and local-provider storage without a server beside the app: in a file, or in memory.
export { embeddedApiKeys } from './stores/embedded-api-keys.ts';
export { openProviderStorage } from './stores/embedded-provider-storage.ts';
export { embeddedSessions, memorySessions } from './stores/embedded-sessions.ts';
export { memoryApiKeys } from './stores/memory-api-keys.ts';
