// The door to the directory: people, their passwords, tokens and keys, and the audit trail, in one database.
export { type Clock, systemClock } from './clock.ts';
export type { AuditTrail } from './config/audit-store.ts';
export type { LocalRights, PeopleDirectory, PersonKey, ProviderLogin } from './config/people-directory.ts';
export type { TryCounters, TryRule } from './config/try-counters.ts';
export { isPasswordHash, needsRehash } from './crypto/password.ts';
export type {
  AccountEvent,
  AccountsOptions,
  Authentication,
  Limited,
  PasswordAnswer,
} from './directory/account-options.ts';
export { type Accounts, createAccounts } from './directory/accounts.ts';
export type { KeptLogins, PasswordChanges } from './directory/change-password.ts';
export type { LoginToken, LoginTokens, PasswordRecord, Passwords } from './directory/credentials.ts';
export { type DatabaseUrlProblem, databaseUrlProblems } from './directory/database-url.ts';
export type { DirectoryStore } from './directory/directory-store.ts';
export {
  createFirstAdmin,
  type FirstAdmin,
  type FirstAdminAnswer,
  type FirstAdminParts,
  type FirstAdminSetup,
  hasAdminWithPassword,
  type SetupSecret,
  type SetupSecrets,
} from './directory/first-admin.ts';
export type { LoginOrigin } from './directory/login-limit.ts';
export type { Login, LoginRules } from './directory/login-state.ts';
export { type DirectoryOptions, openDirectory } from './directory/open-directory.ts';
export { createPasswordHashing, type PasswordHashing } from './directory/password-hashing.ts';
export {
  createPasswordPolicy,
  longestPassword,
  type PasswordPolicy,
  type PasswordPolicyOptions,
  type PasswordProblem,
} from './directory/password-policy.ts';
export type { People, PersonChange } from './directory/people.ts';
export {
  largestProfile,
  localIssuer,
  type NewPerson,
  type PeoplePage,
  type PeopleSort,
  type Person,
} from './directory/person.ts';
export type { NamedRights, PersonEvent } from './directory/person-events.ts';
export { type DirectoryProbe, probeDirectory } from './directory/probe-directory.ts';
export { newTemporaryPassword } from './directory/temporary-password.ts';
export { type UserApi, userApi } from './directory/user-api.ts';
export type { UserApiEvent, UserApiEventListener } from './directory/user-api-events.ts';
export type {
  LoginAnswer,
  PasswordChange,
  PersonChangeKind,
  UnsuitablePassword,
  UserApiAccounts,
  UserApiOptions,
} from './directory/user-api-options.ts';
export type { UserView } from './directory/user-view.ts';
export { type MemoryTriesOptions, memoryTries } from './stores/memory-tries.ts';
