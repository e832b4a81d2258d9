// Opens the provider: its port, its keys, its endpoints, and a log of everything it is asked.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../clock.ts';
import { endSession, introspection, revocation, userinfo } from './account-endpoints.ts';
import { authorize, par } from './authorize.ts';
import { type Endpoint, endpointPaths, type ProviderCore } from './core.ts';
import { createFaults, type Faults, suffer } from './faults.ts';
import { createGrantMemory } from './grants.ts';
import { createProviderKeys, type SigningAlgorithm, type SigningKey, signJwt } from './keys.ts';
import { openListener, readCall, type TlsFiles } from './listener.ts';
import { discovery, jwks } from './metadata.ts';
import { token } from './token.ts';
import type { EndpointName, Json, LoggedCall, TestClient, TestUser } from './types.ts';

export interface OpenOptions {
  readonly algorithm: SigningAlgorithm;
  readonly issuerPath: string;
  readonly clients: readonly TestClient[];
  readonly hostname: string;
  readonly tls: TlsFiles | null;
  readonly now: () => number;
  readonly user: TestUser | null;
  readonly people: readonly TestUser[];
  readonly accessTokenFormat: 'opaque' | 'jwt';
  readonly audience: string | null;
  readonly expiresTokens: boolean;
}

/** How keys are changed. */
export interface KeyRotation {
  /** Still publishes the keys from before. Default: false. */
  readonly keepOld?: boolean;
  /** Default: as before. */
  readonly alg?: SigningAlgorithm;
}

export interface OpenProvider extends ProviderCore {
  readonly port: number;
  /** The origin alone, without the issuer's path. */
  readonly origin: string;
  readonly faults: Faults;
  readonly log: readonly LoggedCall[];
  calls(endpoint?: EndpointName): readonly LoggedCall[];
  forgetCalls(): void;
  rotateKeys(rotation?: KeyRotation): Promise<SigningKey>;
  /** Signs with the current key: JWT access tokens, logout tokens, signed userinfo. `iss` and `iat` are put in. */
  sign(claims: Json, header?: Json): Promise<string>;
  /** Nobody answers at the port, until `comeBack`. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** What there is unless it is asked for otherwise. */
export const openDefaults: OpenOptions = {
  algorithm: 'RS256',
  issuerPath: '',
  clients: [],
  hostname: '127.0.0.1',
  tls: null,
  now: systemClock,
  user: null,
  people: [],
  accessTokenFormat: 'opaque',
  audience: null,
  expiresTokens: false,
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

export const openProvider = async (options: OpenOptions): Promise<OpenProvider> => {
  const { algorithm, issuerPath, tls, now } = options;
  const log: LoggedCall[] = [];
  const faults = createFaults();
  const prefix = issuerPath.replace(/\/$/, '');
  const endpointOf = (path: string): EndpointName => {
    const names = Object.keys(endpoints) as (keyof typeof endpoints)[];
    return names.find((name) => path === prefix + endpointPaths[name]) ?? 'other';
  };

  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = endpointOf((request.url ?? '/').split('?')[0] ?? '/');
    const call = await readCall(request, name);
    log.push(call);
    const fault = faults.take(name);
    if (fault !== null && (await suffer(fault, request, response))) return;
    const raw = provider.bend.raw[name];
    if (raw !== undefined) return raw(request, response);
    const { status, headers, body } = await (name === 'other' ? notFound : endpoints[name])(provider, call);
    response.writeHead(status, { ...headers }).end(body);
  };
  const listener = await openListener((request, response) => {
    reply(request, response).catch((error: unknown) => {
      // A test's own bend that throws must be seen as what it is, and not as a broken provider.
      if (!response.headersSent) response.writeHead(599);
      response.end(`test provider: ${String(error)}`);
    });
  }, tls);

  const origin = `${tls === null ? 'http' : 'https'}://${options.hostname}:${listener.port}`;
  const issuer = origin + issuerPath;
  const keys = await createProviderKeys(algorithm);
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const provider: OpenProvider = {
    issuer,
    origin,
    port: listener.port,
    keys,
    faults,
    memory: createGrantMemory(),
    bend: { raw: {} },
    clients: [...options.clients],
    user: options.user,
    details: {},
    refusal: null,
    people: new Map(options.people.map((person) => [person.sub, person])),
    changes: new Map(),
    accessTokenFormat: options.accessTokenFormat,
    audience: options.audience,
    expiresTokens: options.expiresTokens,
    authTime: null,
    accessTokenSeconds: 3600,
    refreshTokens: 'with_offline_access',
    nowSeconds,
    log,
    calls: (endpoint) => log.filter((call) => endpoint === undefined || call.endpoint === endpoint),
    forgetCalls: () => void log.splice(0),
    rotateKeys: (rotation) => keys.rotate(rotation),
    sign: (claims, header) => signJwt(keys.current, { iss: issuer, iat: nowSeconds(), ...claims }, header),
    goDown: () => listener.close(),
    comeBack: () => listener.reopen(),
    close: () => listener.close(),
  };
  return provider;
};
