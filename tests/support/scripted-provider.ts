// An OpenID provider inside the test: honest until a test bends it, and it remembers everything it was asked.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { endSession, introspection, revocation, userinfo } from './scripted-provider/account-endpoints.ts';
import { authorize, par } from './scripted-provider/authorize.ts';
import { type Endpoint, endpointPaths, type ProviderCore } from './scripted-provider/core.ts';
import { createGrantMemory } from './scripted-provider/grants.ts';
import {
  createProviderKeys,
  type SigningAlgorithm,
  type SigningKey,
  signJwt,
} from './scripted-provider/keys.ts';
import { openListener, readCall, type TlsFiles } from './scripted-provider/listener.ts';
import { discovery, jwks } from './scripted-provider/metadata.ts';
import { token } from './scripted-provider/token.ts';
import type { EndpointName, Json, LoggedCall, TestClient, TestUser } from './scripted-provider/types.ts';

export interface ScriptedProviderOptions {
  /** Default: RS256. */
  readonly algorithm?: SigningAlgorithm;
  /** Path of the issuer, as given: `/tenant`, `/tenant/` or `/`. Default: none. */
  readonly issuerPath?: string;
  /** Default: one client, `testClient`. */
  readonly clients?: readonly TestClient[];
  /** Host name in the issuer; the socket is always on 127.0.0.1. Default: `127.0.0.1`. */
  readonly hostname?: string;
  /** Serves https with this certificate. */
  readonly tls?: TlsFiles;
  /** Epoch ms. Default: the system's clock. */
  readonly now?: () => number;
}

export interface ScriptedProvider extends ProviderCore, AsyncDisposable {
  readonly port: number;
  /** The origin alone, without the issuer's path. */
  readonly origin: string;
  readonly log: readonly LoggedCall[];
  calls(endpoint?: EndpointName): readonly LoggedCall[];
  forgetCalls(): void;
  /** Honest again, with the first user, no grants and an empty log. Keys and clients stay. */
  reset(): void;
  rotateKeys(options?: { readonly keepOld?: boolean; readonly alg?: SigningAlgorithm }): Promise<SigningKey>;
  /** Signs with the current key: JWT access tokens, logout tokens, signed userinfo. `iss` and `iat` are put in. */
  sign(claims: Json, header?: Json): Promise<string>;
  /** Nobody answers at the port, until `comeBack`. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export const testClient: TestClient = {
  clientId: 'latchkey-test',
  clientSecret: 'secret with : % + and é, as people make them',
};

export const testUser: TestUser = {
  sub: 'user-ada',
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  preferred_username: 'ada',
  email: 'ada@example.test',
  email_verified: true,
  permissions: ['reports:read'],
  roles: ['analyst'],
};

const endpoints: Readonly<Record<Exclude<EndpointName, 'other'>, Endpoint>> = {
  discovery,
  jwks,
  authorize,
  par,
  token,
  userinfo,
  revocation,
  introspection,
  end_session: endSession,
};

const notFound: Endpoint = async () => ({ status: 404, headers: {}, body: 'Not found' });

export const startScriptedProvider = async (
  options: ScriptedProviderOptions = {},
): Promise<ScriptedProvider> => {
  const { algorithm = 'RS256', issuerPath = '', clients = [testClient], hostname = '127.0.0.1' } = options;
  const { tls = null, now = Date.now } = options;
  const log: LoggedCall[] = [];
  const prefix = issuerPath.replace(/\/$/, '');
  const endpointOf = (path: string): EndpointName => {
    const names = Object.keys(endpoints) as (keyof typeof endpoints)[];
    return names.find((name) => path === prefix + endpointPaths[name]) ?? 'other';
  };

  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = endpointOf((request.url ?? '/').split('?')[0] ?? '/');
    const call = await readCall(request, name);
    log.push(call);
    const raw = provider.bend.raw[name];
    if (raw !== undefined) return raw(request, response);
    const { status, headers, body } = await (name === 'other' ? notFound : endpoints[name])(provider, call);
    response.writeHead(status, { ...headers }).end(body);
  };
  const listener = await openListener((request, response) => {
    reply(request, response).catch((error: unknown) => {
      // A test's own bend that throws must be seen as what it is, and not as a broken provider.
      if (!response.headersSent) response.writeHead(599);
      response.end(`scripted provider: ${String(error)}`);
    });
  }, tls);

  const origin = `${tls === null ? 'http' : 'https'}://${hostname}:${listener.port}`;
  const issuer = origin + issuerPath;
  const keys = await createProviderKeys(algorithm);
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const provider: ScriptedProvider = {
    issuer,
    origin,
    port: listener.port,
    keys,
    memory: createGrantMemory(),
    bend: { raw: {} },
    clients: [...clients],
    user: testUser,
    authTime: null,
    accessTokenSeconds: 3600,
    refreshTokens: 'with_offline_access',
    nowSeconds,
    log,
    calls: (endpoint) => log.filter((call) => endpoint === undefined || call.endpoint === endpoint),
    forgetCalls: () => void log.splice(0),
    reset() {
      for (const name of Object.keys(provider.bend)) delete (provider.bend as unknown as Json)[name];
      provider.bend.raw = {};
      Object.assign(provider, { user: testUser, authTime: null, accessTokenSeconds: 3600 });
      provider.refreshTokens = 'with_offline_access';
      provider.memory.clear();
      provider.forgetCalls();
    },
    rotateKeys: (how) => keys.rotate(how),
    sign: (claims, header) => signJwt(keys.current, { iss: issuer, iat: nowSeconds(), ...claims }, header),
    goDown: () => listener.close(),
    comeBack: () => listener.reopen(),
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
  return provider;
};
