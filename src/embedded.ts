// The door to sessions and local-provider storage without a server beside the app: in a file, or in memory.
export { openProviderStorage } from './stores/embedded-provider-storage.ts';
export { embeddedSessions, memorySessions } from './stores/embedded-sessions.ts';
