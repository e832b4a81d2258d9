// The door to sessions without a server beside the app: in a file, or in memory.
export { embeddedSessions, memorySessions } from './stores/embedded-sessions.ts';
