// What every endpoint of the test provider works with, and the answer it gives.
import type { GrantMemory } from './grants.ts';
import type { ProviderKeys } from './keys.ts';
import type {
  Bends,
  EndpointName,
  Grant,
  Json,
  LoggedCall,
  LoginDetails,
  TestClient,
  TestUser,
} from './types.ts';

export interface ProviderCore {
  readonly issuer: string;
  readonly keys: ProviderKeys;
  readonly memory: GrantMemory;
  readonly bend: Bends;
  readonly clients: TestClient[];
  /** Who signs in; null: nobody is there, and every request is refused. */
  user: TestUser | null;
  /** How that person signs in. */
  details: LoginDetails;
  /** Refuses every authorization request with this error. */
  refusal: { readonly error: string; readonly description: string } | null;
  /** People by `sub`: whom a `login_hint` can name. */
  readonly people: Map<string, TestUser>;
  /** What became of people since they signed in, by `sub`. */
  readonly changes: Map<string, Json>;
  readonly accessTokenFormat: 'opaque' | 'jwt';
  /** Of JWT access tokens where the request names no `resource`; null: the client. */
  readonly audience: string | null;
  /** Access tokens stop working at the provider's own endpoints when their time is over. */
  readonly expiresTokens: boolean;
  /** Epoch seconds of that sign-in; null: now, at each authorization request. */
  authTime: number | null;
  accessTokenSeconds: number;
  /** `with_offline_access`: only for that scope. */
  refreshTokens: 'always' | 'never' | 'with_offline_access';
  nowSeconds(): number;
}

/** The person of a grant as they are now. */
export const personOf = (core: ProviderCore, { user }: Grant): TestUser => ({
  ...user,
  ...core.changes.get(user.sub),
  sub: user.sub,
});

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Endpoint = (core: ProviderCore, call: LoggedCall) => Promise<Reply>;

export const jsonReply = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(value),
});

export const errorReply = (error: string, description: string, status = 400): Reply => {
  const challenge =
    status === 401 ? { 'www-authenticate': `Basic realm="test provider", error="${error}"` } : {};
  return jsonReply({ error, error_description: description }, status, challenge);
};

export const redirectReply = (location: string): Reply => ({ status: 303, headers: { location }, body: '' });

/** Paths under the issuer; the issuer's own trailing slash is not doubled. */
export const endpointPaths: Readonly<Record<Exclude<EndpointName, 'other'>, string>> = {
  discovery: '/.well-known/openid-configuration',
  jwks: '/jwks',
  authorize: '/authorize',
  par: '/par',
  token: '/token',
  userinfo: '/userinfo',
  revocation: '/revoke',
  introspection: '/introspect',
  end_session: '/end-session',
};

export const endpointUrl = (issuer: string, endpoint: Exclude<EndpointName, 'other'>): string =>
  issuer.replace(/\/$/, '') + endpointPaths[endpoint];
