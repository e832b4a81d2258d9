// What a test can do with the provider: choose who signs in, make tokens, rotate keys, break it, and see its log.
import { type BackChannelLogout, sendBackChannelLogout } from './back-channel-logout.ts';
import { type ClaimsOfToken, makeAccessToken } from './make-access-token.ts';
import type { FailingEndpoint, Fault } from './provider/faults.ts';
import type { SigningAlgorithm } from './provider/keys.ts';
import type { TlsFiles } from './provider/listener.ts';
import type { KeyRotation, OpenProvider } from './provider/open-provider.ts';
import type { EndpointName, Json, LoggedCall, LoginDetails, TestClient, TestUser } from './provider/types.ts';

/** The options of `startTestProvider`. */
export interface TestProviderOptions {
  /** Who there is. The first one signs in until `signInAs` says otherwise. Default: `testUsers`. */
  readonly users?: readonly TestUser[];
  /** Default: one confidential client, `test-client`. */
  readonly clients?: readonly TestClient[];
  /** Default: `opaque`; `jwt` makes them JWTs as RFC 9068 has them, with `typ: at+jwt`. */
  readonly accessTokens?: 'opaque' | 'jwt';
  /** `aud` of JWT access tokens where the request names no `resource`. Default: the client id. */
  readonly audience?: string;
  /** Life of access tokens in seconds. Default: 3600. */
  readonly accessTokenSeconds?: number;
  /** Default: `with_offline_access`, for those who ask for that scope. */
  readonly refreshTokens?: 'always' | 'never' | 'with_offline_access';
  /** Default: `RS256`. */
  readonly algorithm?: SigningAlgorithm;
  /** Path of the issuer, such as `/tenant`. Default: none. */
  readonly issuerPath?: string;
  /** Host name in the issuer; it always listens on 127.0.0.1. Default: `127.0.0.1`. */
  readonly hostname?: string;
  /** Serves https with this certificate. Default: http. */
  readonly tls?: TlsFiles;
  /** The provider's clock, in milliseconds since the epoch. Default: the system clock. */
  readonly now?: () => number;
}

/** A login that the provider has seen. */
export interface SeenLogin {
  readonly sub: string;
  /** The provider's own id of the login, as in the `sid` claim. */
  readonly sid: string;
  readonly clientId: string;
}

/** An OpenID provider inside the test. */
export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The origin alone, without the issuer's path. */
  readonly origin: string;
  /** The first client. */
  readonly client: TestClient;
  readonly users: readonly TestUser[];
  readonly now: () => number;
  /** Who signs in from now on: a person, or the `sub` of one in `users`. A `login_hint` with a known `sub` goes first. */
  signInAs(user: TestUser | string, details?: LoginDetails): void;
  /** Refuses every authorization request with an OAuth error such as `access_denied`, until `signInAs`. */
  refuse(error: string, description?: string): void;
  /** Changes claims of a person for everything that is issued or asked from now on; `undefined` takes a claim away. */
  changeUser(sub: string, claims: Json): void;
  /**
   * A signed JWT access token (RFC 9068) for tests of an API. The claims go over good ones of the first user; one that
   * is `undefined` is left out. Introspection and userinfo know the token as well.
   */
  accessToken(claims?: ClaimsOfToken, header?: Json): Promise<string>;
  /** The same as an opaque token: introspection answers with the claims. */
  opaqueToken(claims?: ClaimsOfToken): Promise<string>;
  /** Signs any claims with the current key; `iss` and `iat` are put in unless they are given. */
  sign(claims: Json, header?: Json): Promise<string>;
  /** A new signing key. Without `keepOld` what the old one signed can no longer be verified. */
  rotateKeys(rotation?: KeyRotation): Promise<{ readonly kid: string }>;
  /** Lets calls of an endpoint fail. Faults of one endpoint come in their order. Call what it returns to lift it. */
  fail(endpoint: FailingEndpoint, fault: Fault): () => void;
  /** Nobody answers at the port, until `comeBack`. */
  goDown(): Promise<void>;
  /** Listens again, at the same address, with everything it knew. */
  comeBack(): Promise<void>;
  /** The calls so far, of one endpoint or all. */
  calls(endpoint?: EndpointName): readonly LoggedCall[];
  /** Forgets the calls so far. */
  forgetCalls(): void;
  /** The logins so far, the newest last. */
  logins(): readonly SeenLogin[];
  /** Tells a client by the back channel that somebody signed out here, with a signed logout token. */
  sendBackChannelLogout(logout: BackChannelLogout): Promise<Response>;
  /** As it was at the start: no faults, no grants, no calls, the first user. Keys and address stay. */
  reset(): void;
  close(): Promise<void>;
}

/** What the provider was started with. */
export interface StartedWith {
  readonly client: TestClient;
  readonly firstUser: TestUser;
  readonly users: readonly TestUser[];
  readonly now: () => number;
}

export const abilitiesOf = (opened: OpenProvider, started: StartedWith): TestProvider => {
  const { client, firstUser, users, now } = started;
  const choose = (user: TestUser, details: LoginDetails): void => {
    Object.assign(opened, { user, details, refusal: null });
  };
  return {
    ...{ issuer: opened.issuer, origin: opened.origin, client, users, now },
    signInAs(user, details = {}) {
      const person = typeof user === 'string' ? opened.people.get(user) : user;
      if (person === undefined) throw new TypeError(`signInAs: there is no user ${JSON.stringify(user)}`);
      choose(person, details);
    },
    refuse(error, description = 'refused by the test') {
      opened.refusal = { error, description };
    },
    changeUser(sub, claims) {
      opened.changes.set(sub, { ...opened.changes.get(sub), ...claims });
    },
    accessToken: (claims = {}, header = {}) => makeAccessToken(opened, started, claims, header),
    opaqueToken: (claims = {}) => makeAccessToken(opened, started, claims, null),
    sign: opened.sign,
    rotateKeys: async (rotation) => ({ kid: (await opened.rotateKeys(rotation)).kid }),
    fail: opened.faults.add,
    goDown: opened.goDown,
    comeBack: opened.comeBack,
    calls: opened.calls,
    forgetCalls: opened.forgetCalls,
    logins: () =>
      opened.memory.logins.map(({ user, sid, client: { clientId } }) => ({ sub: user.sub, sid, clientId })),
    sendBackChannelLogout: (logout) => sendBackChannelLogout(opened, client, logout),
    reset() {
      opened.faults.lift();
      opened.changes.clear();
      opened.memory.clear();
      opened.forgetCalls();
      choose(firstUser, {});
    },
    close: opened.close,
    [Symbol.asyncDispose]: opened.close,
  };
};
