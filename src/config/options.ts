// What createAuth takes: every option with its default and unit.
import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { LatchkeyError } from '../errors.ts';
import type { EventListener } from '../events.ts';
import type { Pages } from '../http/pages.ts';
import type { ApiKeyCache, ApiKeyStore } from './api-key-store.ts';
import type { CallListener } from './call-listener.ts';
import type { PeopleDirectory } from './people-directory.ts';
import type { RateLimits } from './rate-limits.ts';
import type { SessionStoreFactory } from './session-stores.ts';
import type { UserinfoCache } from './userinfo-cache.ts';

/** How the client proves itself at the provider's token endpoint. */
export type ClientAuth = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** Where permissions and roles are read. */
export type AuthorizationSource = 'access_token' | 'id_token' | 'userinfo';

/** What protected-resource metadata says beside the resource and its provider. */
export interface ProtectedResourceOptions {
  /** For people. */
  readonly name?: string | undefined;
  /** Address of a page for developers. */
  readonly documentation?: string | undefined;
  /** Scopes that are worth asking for. */
  readonly scopes?: readonly string[] | undefined;
}

/** Answers a refused request in place of latchkey. It must end the response. */
export type RefusalHandler = (req: Request, res: Response, error: LatchkeyError) => void | Promise<void>;

/** Says in words where an address is, or null when it does not know. An empty text keeps no place at all. */
export type PlaceOf = (address: string) => string | null | Promise<string | null>;

/** The options of `createAuth`. */
export interface AuthOptions {
  /** The exact issuer URL of the OpenID provider. */
  readonly issuer: string;
  readonly clientId: string;
  /** Needed for `client_secret_basic` and `client_secret_post`. */
  readonly clientSecret?: string;
  /** Default: `client_secret_basic`. */
  readonly clientAuth?: ClientAuth;
  /** A private key as PEM (PKCS #8) or as a JWK in JSON; needed for `private_key_jwt`. */
  readonly clientKey?: string;
  /** The public URL of the app: the only source of redirect URIs and absolute links. A path prefix is allowed. */
  readonly baseUrl: string;
  /** 32 characters or more each. The first signs and seals, all of them verify and open (rotation). */
  readonly sessionSecret: string | readonly string[];
  /** Where sessions live: `redisSessions(url)` or `embeddedSessions(path)`. */
  readonly sessions: SessionStoreFactory;
  /** Default: `openid profile email offline_access`. `openid` is added where it is missing. */
  readonly scope?: string;
  /**
   * The API that access tokens are asked for (`resource`, RFC 8707), and what bearer tokens must name in `aud`.
   * Default: none; bearer tokens must then name the client id or the base URL.
   */
  readonly audience?: string;
  /** Claim paths; the first that is present wins. Default: `['permissions']`. */
  readonly permissionsClaim?: readonly string[];
  /** Claim paths; the first that is present wins. Default: `['roles']`. */
  readonly rolesClaim?: readonly string[];
  /** Claim paths of the scope of a bearer token; the first that is present wins. Default: `['scope', 'scp']`. */
  readonly scopeClaim?: readonly string[];
  /**
   * Which `typ` a bearer token that is a JWT may have. `strict`: `at+jwt` alone (RFC 9068); `any`: `JWT` or none as
   * well, as most providers send them. ID tokens are refused either way. Default: `any`.
   */
  readonly accessTokenTyp?: 'any' | 'strict';
  /**
   * Claims of which one must be in a bearer JWT whose `typ` is not `at+jwt` and whose `aud` names the client id: they
   * tell it from an ID token, so name none that your ID tokens have. Default: `scope`, `scp`, `client_id`, `cid`.
   */
  readonly accessTokenMarks?: readonly string[];
  /** Which bearer tokens the provider is asked about (RFC 7662): those that are no JWT, all, or none. Default: `opaque`. */
  readonly introspection?: 'opaque' | 'always' | 'never';
  /** Seconds that an introspection answer is believed: the time that a revocation takes to count here. Default: 30. */
  readonly introspectionSeconds?: number;
  /** Bearer tokens and API keys that one process remembers. Default: 1000. */
  readonly tokenCacheSize?: number;
  /**
   * Publishes where programs get a token for this API (RFC 9728), and names that place in every 401. The resource is
   * the base URL, so `audience` must be that or none. Default: nothing is published.
   */
  readonly protectedResource?: ProtectedResourceOptions;
  /** Where API keys are; guards take them with `apiKeys: true`. Default: none. */
  readonly apiKeys?: ApiKeyStore;
  /** Where look-ups of API keys are remembered. Default: in the memory of the process. */
  readonly apiKeyCache?: ApiKeyCache;
  /**
   * Seconds that a look-up of an API key is remembered: the time that a revocation takes to reach every node. 0: each
   * request looks. Default: 10; with a `directory` and no `apiKeyCache` 0.
   */
  readonly apiKeySeconds?: number;
  /** People and what they may here, added to what the provider says; asked at each login. Default: none. */
  readonly directory?: PeopleDirectory;
  /** What `issuer` is called in the directory, where that keeps its accounts. Default: the same. */
  readonly directoryIssuer?: string;
  /** Seconds that the directory's word about the person behind a bearer token is remembered. 0: not. Default: 10. */
  readonly directorySeconds?: number;
  /** Default: `['access_token', 'id_token']`. */
  readonly authorizationFrom?: readonly AuthorizationSource[];
  /** `login` fetches userinfo once at login; `never` uses the ID token alone. Default: `login`. */
  readonly userinfo?: 'login' | 'never';
  /**
   * Seconds after which a visit fetches userinfo anew, at most once in that time for all visits on all nodes.
   * Default: none, so only at login and with each renewed access token.
   */
  readonly userinfoSeconds?: number;
  /**
   * Shares userinfo between the sessions of one person, for `userinfoSeconds`; `redisUserinfoCache(url)` is one.
   * Default: none, each session has its own.
   */
  readonly userinfoCache?: UserinfoCache;
  /** Seconds without a visit after which a session ends. Default: 86400, or `absoluteSeconds` where that is less. */
  readonly idleSeconds?: number;
  /** Seconds after which a session ends whatever happens. Default: 604800. */
  readonly absoluteSeconds?: number;
  /** How many sessions a person may have at once; a login beyond it ends their oldest. Default: no limit. */
  readonly sessionLimit?: number;
  /**
   * Coarse place of a login for the list of devices, such as from a geo database. It has a second; when it fails or
   * does not know, the network of the address stands in: `192.0.2.x`. Default: that network.
   */
  readonly placeOf?: PlaceOf;
  /** `plain` shares the access token with sibling services. Default: `sealed`. */
  readonly accessTokenCookie?: 'sealed' | 'plain';
  /** acr values from weakest to strongest; what is not listed only equals itself. Default: `[]`. */
  readonly acrOrder?: readonly string[];
  /** Signature algorithms accepted for ID tokens. Default: RS, PS and ES families and EdDSA; never HS or none. */
  readonly idTokenAlgorithms?: readonly string[];
  /**
   * Which `typ` a logout token may have. `any`: `logout+jwt`, `JWT` or none, as providers send them; `strict`:
   * `logout+jwt` alone. Default: `any`.
   */
  readonly logoutTokenTyp?: 'any' | 'strict';
  /** Seconds that one call to the provider may take in all; the calls of one login together may take twice that. Default: 5. */
  readonly providerTimeoutSeconds?: number;
  /** Where people land after signing out, as a local path without the base path. Default: `/logout`. */
  readonly afterLogoutPath?: string;
  /** Further local path prefixes that nobody is returned to after login. Default: `['/api/']`. */
  readonly neverReturnTo?: readonly string[];
  /** How many requests one address may send; `false` switches all of it off. Default: see {@link RateLimits}. */
  readonly limits?: RateLimits | false;
  /** Replaces the answer to an unauthenticated request, for every guard. */
  readonly onUnauthenticated?: RefusalHandler;
  /** Replaces the answer to a forbidden request, for every guard. */
  readonly onForbidden?: RefusalHandler;
  /** Renders the few pages latchkey shows itself. Default: plain pages without styling. */
  readonly pages?: Pages;
  /** Receives every event. */
  readonly onEvent?: EventListener;
  /** Receives the time of each call to the session store, the provider and the directory. */
  readonly onCall?: CallListener;
  /** Accepts `http:` URLs whose host is not loopback: everybody on the way can read and change what is sent. */
  readonly dangerouslyAllowInsecureHttp?: boolean;
  /** For tests. Default: the system clock. */
  readonly clock?: Clock;
}
