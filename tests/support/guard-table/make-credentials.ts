// How a credential of the table is made, and in plain facts what it is.
import type { NewApiKey } from '../../../src/index.ts';
import type { Json } from '../scripted-provider/types.ts';
import { type ScriptedProvider, testClient, testUser } from '../scripted-provider.ts';

/** What the table has to make credentials with. */
export interface Issuing {
  readonly provider: ScriptedProvider;
  /** Cookies of somebody who is signed in with all rights, and with none. */
  readonly cookies: { readonly full: string; readonly bare: string };
  makeKey(more: Partial<NewApiKey>): Promise<{ readonly key: string; readonly id: string }>;
  revokeKey(id: string): Promise<void>;
  /** Lets the pause pass in which an unknown key causes no fetch. */
  passCooldown(): void;
}

/** What somebody may do, and how they signed in. */
export interface Rights {
  readonly scope: readonly string[];
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Seconds since; null: not said. */
  readonly authAge: number | null;
}

export interface CredentialCase {
  /** `C0` to `C17` of the list; `S` for sessions, which the list leaves out. */
  readonly id: string;
  readonly name: string;
  readonly is: 'nothing' | 'malformed' | 'bad' | 'token' | 'key' | 'x-api-key' | 'session' | 'bad session';
  /** For what is good; null for everything else. */
  readonly rights: Rights | null;
  readonly isAda: boolean;
  /** What has to be asked to know that it is good, the first time. */
  readonly asks: 'introspection' | 'jwks' | null;
  /** Whether userinfo speaks of it: not where it is no token of OpenID, refused where its person was locked. */
  readonly userinfo: 'none' | 'given' | 'refused';
  /** Too close to its end to be kept in mind. */
  readonly isEnding?: boolean;
  send(issuing: Issuing): Promise<Record<string, string>>;
}

export const noRights: Rights = { scope: [], permissions: [], roles: [], acr: null, amr: [], authAge: null };
export const allRights: Rights = {
  scope: ['openid', 'reports', 'archive'],
  permissions: ['reports:read', 'reports:write'],
  roles: ['analyst', 'admin'],
  acr: '2',
  amr: ['pwd', 'otp'],
  authAge: 60,
};

const claimsOf = ({ provider }: Issuing, { acr, authAge, ...rights }: Rights): Json => ({
  ...{ iss: provider.issuer, sub: testUser.sub, aud: testClient.clientId, client_id: 'some-client' },
  ...{ iat: provider.nowSeconds(), exp: provider.nowSeconds() + 900, jti: crypto.randomUUID() },
  scope: rights.scope.join(' '),
  ...(rights.permissions.length === 0 ? {} : { permissions: rights.permissions }),
  ...(rights.roles.length === 0 ? {} : { roles: rights.roles }),
  ...(rights.amr.length === 0 ? {} : { amr: rights.amr }),
  ...(acr === null ? {} : { acr }),
  ...(authAge === null ? {} : { auth_time: provider.nowSeconds() - authAge }),
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const grantFor = ({ provider }: Issuing, token: string, isRevoked = false): void => {
  const request = new URLSearchParams();
  const about = { client: testClient, user: testUser, sid: 'sid', authTime: provider.nowSeconds() };
  provider.memory.accessTokens.set(token, { ...about, request, scope: allRights.scope, isRevoked });
};

/** A token that is good for these rights. */
export const good = (
  id: string,
  name: string,
  rights: Rights,
  more: Partial<CredentialCase> = {},
  change: (issuing: Issuing) => Json = () => ({}),
): CredentialCase => ({
  ...{ id, name, rights, is: 'token', isAda: true, asks: null },
  userinfo: rights.scope.includes('openid') ? 'given' : 'none',
  async send(issuing) {
    const token = await issuing.provider.sign(
      { ...claimsOf(issuing, rights), ...change(issuing) },
      { typ: 'at+jwt' },
    );
    if (rights.scope.includes('openid') && more.userinfo !== 'refused') grantFor(issuing, token);
    return bearer(token);
  },
  ...more,
});

type Make = (issuing: Issuing, claims: Json) => string | Promise<string>;

/** A token with every right there is, and one thing wrong with it. */
export const bad = (
  id: string,
  name: string,
  make: Make,
  more: Partial<CredentialCase> = {},
): CredentialCase => ({
  ...{ id, name, is: 'bad', rights: null, isAda: false, asks: null, userinfo: 'none' },
  send: async (issuing) => bearer(await make(issuing, claimsOf(issuing, allRights))),
  ...more,
});

/** With other claims; one that is `undefined` is left out. */
export const claiming = (
  id: string,
  name: string,
  change: (issuing: Issuing) => Json,
  header: Json = {},
): CredentialCase =>
  bad(id, name, (issuing, claims) =>
    issuing.provider.sign({ ...claims, ...change(issuing) }, { typ: 'at+jwt', ...header }),
  );
/** Sends a token that only the provider can tell about. */
export const opaque = (rights: Rights, isRevoked: boolean) => async (issuing: Issuing) => {
  const token = `opaque-${crypto.randomUUID()}`;
  const claims = claimsOf(issuing, rights);
  grantFor(issuing, token, isRevoked);
  issuing.provider.memory.facts.set(token, { expiresAt: Number(claims.exp), claims });
  return bearer(token);
};

const pick = ({ scope, permissions, roles }: Rights) => ({ scope, permissions, roles });
const keyRights = { ...noRights, ...pick(allRights) };

/** An API key with all the rights that a key can have. */
export const apiKey = (
  name: string,
  more: Partial<CredentialCase> = {},
  given: (issuing: Issuing) => Partial<NewApiKey> = () => ({}),
): CredentialCase => ({
  ...{ id: 'C16', name, is: 'key', rights: keyRights, isAda: false, asks: null, userinfo: 'none' },
  async send(issuing) {
    const made = await issuing.makeKey({ ...pick(allRights), ...given(issuing) });
    if (more.rights === null) await issuing.revokeKey(made.id);
    return more.is === 'x-api-key' ? { 'x-api-key': made.key } : { authorization: `Token ${made.key}` };
  },
  ...more,
});
