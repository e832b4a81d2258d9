// The main door: everything an app needs to sign people in and to guard its routes.
export type { AuthOptions, AuthorizationSource, ClientAuth, RefusalHandler } from './config/options.ts';
export type {
  OnceBackend,
  RecordBackend,
  SessionLifetimes,
  SessionStoreFactory,
  SessionStores,
  VaultBackend,
} from './config/session-stores.ts';
export { type Auth, createAuth, type DependencyState } from './create-auth.ts';
export {
  ConfigurationError,
  type ConfigurationProblem,
  type ErrorCode,
  type ErrorDetails,
  LatchkeyError,
} from './errors.ts';
export type { AuthEvent, EventListener } from './events.ts';
export type { GuardOptions, Guards } from './guards/guards.ts';
export type { Guard, GuardedHandler, GuardedRequest, RequestAuth, User } from './guards/request-auth.ts';
export { allOf, anyOf, type Names, type NamesOption, type Requirements } from './guards/requirements.ts';
export { authorizationToken, cookieToken, type TokenGetter } from './guards/token-getters.ts';
export type { FailureView, LogoutView, Pages, SignedOutView } from './http/pages.ts';
export type { SessionRecord } from './session/record.ts';
