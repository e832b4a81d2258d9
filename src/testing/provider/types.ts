// The shapes of the test provider: clients, people, calls, grants, and every place where our own tests bend an answer.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ProviderKeys, SigningKey } from './keys.ts';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** An endpoint of the provider; `other` is any other path. */
export type EndpointName =
  | 'discovery'
  | 'jwks'
  | 'authorize'
  | 'par'
  | 'token'
  | 'userinfo'
  | 'revocation'
  | 'introspection'
  | 'end_session'
  | 'other';

/** Answers the request in place of the provider; the call is in the log all the same. */
export type RawAnswer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** One request that the provider was sent. */
export interface LoggedCall {
  readonly endpoint: EndpointName;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body read as a form; empty for other bodies. */
  readonly form: URLSearchParams;
  /** Epoch ms of the arrival. */
  readonly at: number;
}

/**
 * A person: `sub`, OpenID claims (given by scope, as OpenID Connect Core section 5.4 has it), and any claims of your
 * own, which are always given. `permissions` and `roles` are in ID and access tokens as well.
 */
export type TestUser = Json & { readonly sub: string };

/** How somebody signed in. */
export interface LoginDetails {
  /** Default: the first of the `acr_values` that were asked for, else none. */
  readonly acr?: string;
  /** Default: `['pwd']`. */
  readonly amr?: readonly string[];
  /** Epoch seconds. Default: now. */
  readonly authTime?: number;
}

/** Who signs in, and how. */
export interface Login extends LoginDetails {
  readonly user: TestUser;
}

/** How a client proves itself. */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** A client that is registered at the provider. */
export interface TestClient {
  readonly clientId: string;
  /** Left out for a public client. */
  readonly clientSecret?: string;
  /** When set, no other method is accepted. */
  readonly authMethod?: ClientAuthMethod;
  /** Public keys of `private_key_jwt`. */
  readonly jwks?: { readonly keys: readonly Json[] };
  /** Exact redirect URIs; when left out, any is accepted. */
  readonly redirectUris?: readonly string[];
  /** Exact post-logout redirect URIs; when left out, any is accepted. */
  readonly postLogoutRedirectUris?: readonly string[];
  /** What its own tokens may hold (client_credentials), separated by spaces; when left out, whatever it asks for. */
  readonly scope?: string;
  /** In its own tokens. */
  readonly permissions?: readonly string[];
  /** In its own tokens. */
  readonly roles?: readonly string[];
}

/** One login that the provider remembers; what its tokens are made from. */
export interface Grant {
  readonly client: TestClient;
  readonly user: TestUser;
  readonly scope: readonly string[];
  /** The authorization request. */
  readonly request: URLSearchParams;
  /** Epoch seconds of the sign-in. */
  readonly authTime: number;
  /** The provider's own session id, as in the `sid` claim. */
  readonly sid: string;
  readonly details?: LoginDetails;
  isRevoked: boolean;
}

export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';

export interface IssueContext {
  readonly grant: Grant;
  readonly grantType: GrantType;
  readonly issuer: string;
}

export interface SignContext extends IssueContext {
  /** The header after `bend.idTokenHeader`. */
  readonly header: Json;
  readonly keys: ProviderKeys;
  readonly key: SigningKey;
  /** The token as it would have been. */
  honest(claims?: Json, header?: Json): Promise<string>;
}

/** Changes the value in place, or returns another one (any JSON, `null` too). May be async. */
export type Bend<Value, Context = undefined> = (value: Value, context: Context) => unknown;

export interface Bends {
  discovery?: Bend<Json> | undefined;
  /** The key set as published: `{ keys: [...] }`. */
  jwks?: Bend<{ keys: Json[] }> | undefined;
  /** Who signs in for this authorization request; null refuses. */
  user?: ((request: URLSearchParams) => TestUser | null) | undefined;
  /** The parameters of the authorization response: changed in place, or other ones returned. */
  authorizeResponse?: ((response: URLSearchParams, request: URLSearchParams) => unknown) | undefined;
  idTokenClaims?: Bend<Json, IssueContext> | undefined;
  idTokenHeader?: Bend<Json, IssueContext> | undefined;
  /** Any string: see forge.ts for the usual forgeries. */
  signIdToken?: ((claims: Json, context: SignContext) => string | Promise<string>) | undefined;
  accessToken?: ((context: IssueContext) => string | Promise<string>) | undefined;
  tokenResponse?: Bend<Json, IssueContext> | undefined;
  userinfo?: Bend<Json, { readonly grant: Grant }> | undefined;
  /** Makes userinfo a JWT (`application/jwt`); `provider.sign(claims)` is the honest one. */
  signUserinfo?: ((claims: Json, context: { readonly grant: Grant }) => string | Promise<string>) | undefined;
  introspection?: Bend<Json> | undefined;
  /** Whole answers, per endpoint. */
  raw: Partial<Record<EndpointName, RawAnswer | undefined>>;
}

export const applyBend = async <Value, Context>(
  bend: Bend<Value, Context> | undefined,
  value: Value,
  context: Context,
): Promise<unknown> => {
  const bent = await bend?.(value, context);
  return bent === undefined ? value : bent;
};
