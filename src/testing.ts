// The door to the test kit: an OpenID provider inside the test, and people who are signed in. Not for production.
export type { BackChannelLogout } from './testing/back-channel-logout.ts';
export type { StoredCookie } from './testing/cookie-jar.ts';
export { freePort } from './testing/free-port.ts';
export type { ClaimsOfToken } from './testing/make-access-token.ts';
export type { AppUnderTest } from './testing/open-target.ts';
export type { FailingEndpoint, Fault } from './testing/provider/faults.ts';
export type { SigningAlgorithm } from './testing/provider/keys.ts';
export type { TlsFiles } from './testing/provider/listener.ts';
export type { KeyRotation } from './testing/provider/open-provider.ts';
export type {
  ClientAuthMethod,
  EndpointName,
  Json,
  LoggedCall,
  LoginDetails,
  TestClient,
  TestUser,
} from './testing/provider/types.ts';
export { type SignedInOptions, type StorageState, signedIn, type TestSession } from './testing/signed-in.ts';
export { startTestProvider } from './testing/start-test-provider.ts';
export { testAuthOptions } from './testing/test-auth-options.ts';
export type { SeenLogin, TestProvider, TestProviderOptions } from './testing/test-provider.ts';
export { testUsers } from './testing/test-users.ts';
