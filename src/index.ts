// The main door: everything an app needs to sign people in and to guard its routes.

export type { ApiKeyCache, ApiKeyOwner, ApiKeyRecord, ApiKeyStore } from './config/api-key-store.ts';
export type { CallKind, CallListener, CallOutcome } from './config/call-listener.ts';
export { isLoopbackHost } from './config/insecure-url.ts';
export { minSecretLength } from './config/option-problems.ts';
export type {
  AuthOptions,
  AuthorizationSource,
  ClientAuth,
  PlaceOf,
  ProtectedResourceOptions,
  RefusalHandler,
} from './config/options.ts';
export type { LocalRights, PeopleDirectory, PersonKey, ProviderLogin } from './config/people-directory.ts';
export type { RateBackend, RateLimit, RateLimitName, RateLimits } from './config/rate-limits.ts';
export type {
  IndexedSession,
  LockBackend,
  OnceBackend,
  RecordBackend,
  Renewal,
  SealedTokens,
  SessionIndex,
  SessionLifetimes,
  SessionStoreFactory,
  SessionStores,
  VaultBackend,
} from './config/session-stores.ts';
export type { UserinfoCache } from './config/userinfo-cache.ts';
export { type Auth, createAuth } from './create-auth.ts';
export { randomToken } from './crypto/random.ts';
export {
  asLatchkeyError,
  ConfigurationError,
  type ConfigurationProblem,
  type ErrorCode,
  type ErrorDetails,
  LatchkeyError,
} from './errors.ts';
export type { ApiKeyDeed, AuthEvent, EventContext, EventListener } from './events.ts';
export { byMethod, type MethodGuard, type MethodGuards } from './guards/by-method.ts';
export type { GuardOptions, Guards } from './guards/guards.ts';
export type { OwnedHandler, OwnershipOptions, Owns } from './guards/ownership.ts';
export type { Guard, GuardedHandler, GuardedRequest, RequestAuth, User } from './guards/request-auth.ts';
export { allOf, anyOf, type Names, type NamesOption, type Requirements } from './guards/requirements.ts';
export type { OptionalGuardOptions } from './guards/silent.ts';
export type { Requires, StackedOptions } from './guards/stacked.ts';
export { authorizationToken, cookieToken, type TokenGetter } from './guards/token-getters.ts';
export type { Upgrade, UpgradeGuard, UpgradeOptions, UpgradeVisitor } from './guards/upgrade.ts';
export {
  type AskOptions,
  askLoginCookies,
  askThroughProxy,
  isAlive,
  type ProxyFinding,
} from './http/ask-through-proxy.ts';
export { type Assets, loadAssets } from './http/assets.ts';
export { clientAddress } from './http/client-address.ts';
export { networkOf } from './http/client-network.ts';
export { crossOrigin, originProblems } from './http/cross-origin.ts';
export { type ListeningServer, listen } from './http/listen.ts';
export { isPageNavigation } from './http/navigation.ts';
export type { FailureView, LogoutView, Pages, SignedOutView } from './http/pages.ts';
export { type ArrivedRequest, type DoctorProbeOptions, doctorProbe } from './http/proxy-probe.ts';
export { requestReference } from './http/request-id.ts';
export { hasSameOriginProof } from './http/same-origin.ts';
export { eventContext } from './identity/event-context.ts';
export type { ClientFinding } from './provider/probe-client.ts';
export {
  type DiscoveryFinding,
  type KeysFinding,
  type ProviderProbe,
  probeProvider,
} from './provider/probe-provider.ts';
export type { RedirectFinding } from './provider/probe-redirect.ts';
export type { DependencyState } from './routes/dependencies.ts';
export type { Device, Devices } from './session/devices.ts';
export type { LocalAccess, SessionRecord } from './session/record.ts';
export type { SignedInPeople } from './session/signed-in-people.ts';
export type { ApiKeys, NewApiKey } from './tokens/api-keys.ts';
