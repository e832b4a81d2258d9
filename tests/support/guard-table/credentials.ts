// Every credential of the table, from C0 (none) to C16 (API keys), and sessions; C17 is the provider that is down.
import { hmacToken, strangerToken, unsignedToken, withBadSignature } from '../scripted-provider/forge.ts';
import { testClient, testUser } from '../scripted-provider.ts';
import {
  allRights,
  apiKey,
  bad,
  type CredentialCase,
  claiming,
  good,
  type Issuing,
  noRights,
  opaque,
} from './make-credentials.ts';

const some = { ...noRights, scope: ['reports'], permissions: ['reports:read'], acr: '1', authAge: 7200 };
const typ = { typ: 'at+jwt' };
const nothing: Omit<CredentialCase, 'name'> = {
  ...{ id: 'C0', is: 'nothing', rights: null, isAda: false, asks: null, userinfo: 'none' },
  send: async () => ({}),
};
const malformed = (id: string, name: string, authorization: string): CredentialCase => ({
  ...{ ...nothing, id, name, is: 'malformed' },
  send: async () => ({ authorization }),
});
const expired =
  (seconds: number) =>
  ({ provider }: Issuing) => ({ exp: provider.nowSeconds() - seconds });
const session = (name: string, rights: typeof noRights, which: 'full' | 'bare'): CredentialCase => ({
  ...{ ...nothing, id: 'S', name, is: 'session', rights, isAda: true, userinfo: 'given' },
  send: async ({ cookies }) => ({ cookie: cookies[which] }),
});

export const credentials: readonly CredentialCase[] = [
  { ...nothing, name: 'nothing' },
  malformed('C1', 'another scheme', 'Basic YWRhOnB3'),
  malformed('C1', 'no scheme', 'abc.def.ghi'),
  malformed('C2', 'two words after Bearer', 'Bearer one two'),
  malformed('C2', 'Bearer alone', 'Bearer'),
  bad('C2', 'garbage', () => `garbage-${crypto.randomUUID()}`, { asks: 'introspection' }),
  bad('C2', 'a JWT of garbage', () => `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30.AAAA`),
  bad('C3', 'a bad signature', async ({ provider }, claims) =>
    withBadSignature(await provider.sign(claims, typ)),
  ),
  bad('C3', "a stranger's signature under our kid", ({ provider }, claims) =>
    strangerToken(claims, { ...typ, kid: provider.keys.current.kid }, 'ES256'),
  ),
  bad('C4', 'an unknown kid', (_issuing, claims) => strangerToken(claims, typ, 'ES256')),
  {
    ...good('C4', 'a kid that was rotated in', allRights, { asks: 'jwks' }),
    async send(issuing) {
      issuing.passCooldown();
      await issuing.provider.rotateKeys({ keepOld: true });
      return good('C4', '', allRights).send(issuing);
    },
  },
  good('C5', 'expired for 25 seconds', allRights, { isEnding: true }, expired(25)),
  claiming('C5', 'expired for 30 seconds', expired(30)),
  claiming('C5', 'expired for 70 seconds', expired(70)),
  claiming('C6', 'no exp', () => ({ exp: undefined })),
  claiming('C7', 'another issuer', () => ({ iss: 'https://login.example.test' })),
  claiming('C7', 'our issuer with a slash behind it', ({ provider }) => ({ iss: `${provider.issuer}/` })),
  claiming('C8', 'another audience', () => ({ aud: 'https://other.example.test' })),
  claiming('C8', 'a part of our audience', () => ({ aud: testClient.clientId.slice(0, -1) })),
  claiming('C8', 'more than our audience', () => ({ aud: [`${testClient.clientId}2`] })),
  claiming('C8', 'no audience', () => ({ aud: undefined })),
  bad('C9', 'alg none', (_issuing, claims) => unsignedToken(claims, typ)),
  bad('C9', 'HS256 with the client secret', (_issuing, claims) =>
    hmacToken(claims, testClient.clientSecret ?? '', typ),
  ),
  bad('C9', 'HS256 with the public key', ({ provider }, claims) =>
    hmacToken(claims, provider.keys.current.publicPem, { ...typ, kid: provider.keys.current.kid }),
  ),
  claiming('C10', 'an ID token', () => ({ nonce: 'n', at_hash: 'h', scope: undefined }), { typ: undefined }),
  claiming(
    'C10',
    'an ID token that calls itself JWT, without nonce',
    () => ({ scope: undefined, client_id: undefined }),
    {
      typ: 'JWT',
    },
  ),
  good('C11', 'good, without rights', noRights),
  {
    ...good('C11', 'opaque, without rights', noRights, { asks: 'introspection' }),
    send: opaque(noRights, false),
  },
  good('C12', 'good, with some rights', some),
  good('C13', 'good, with all rights', allRights),
  {
    ...good('C13', 'opaque, with all rights', allRights, { asks: 'introspection' }),
    send: opaque(allRights, false),
  },
  good('C14', 'acr 0', { ...allRights, acr: '0' }),
  good('C14', 'acr 1', { ...allRights, acr: '1' }),
  good('C14', 'an unknown acr', { ...allRights, acr: 'urn:odd' }),
  bad('C15', 'revoked', () => '', { asks: 'introspection', send: opaque(allRights, true) }),
  good('C15', 'of a person who was locked at the provider', allRights, { userinfo: 'refused' }),
  apiKey('a key of nobody'),
  apiKey("a key of Ada's", { isAda: true }, ({ provider }) => ({
    owner: { issuer: provider.issuer, subject: testUser.sub },
  })),
  apiKey('a key of nobody in x-api-key', { is: 'x-api-key' }),
  apiKey('a key without rights', { rights: noRights }, () => ({ scope: [], permissions: [], roles: [] })),
  apiKey('a key that was revoked', { rights: null }),
  apiKey('a key that was revoked, in x-api-key', { is: 'x-api-key', rights: null }),
  apiKey('a key that nobody made', {
    rights: null,
    send: async () => ({ authorization: `Token ${crypto.randomUUID()}` }),
  }),
  session('a session with all rights', { ...allRights, scope: ['openid', 'reports', 'archive'] }, 'full'),
  session(
    'a session without rights',
    { ...noRights, scope: ['openid'], amr: ['pwd'], authAge: 7200 },
    'bare',
  ),
  {
    ...{ ...nothing, id: 'S', name: 'cookies that nobody gave out', is: 'bad session' },
    send: async () => ({ cookie: 'latchkey.sid=s%3Aabc.def; latchkey.token=x' }),
  },
  {
    ...bad('S', 'a bad token beside a good session', () => ''),
    async send({ cookies, provider }) {
      const token = withBadSignature(await provider.sign({ sub: 'eve' }, typ));
      return { authorization: `Bearer ${token}`, cookie: cookies.full };
    },
  },
];

/** C17: what can still be told while the provider is down, and what cannot. */
export const whileDown: readonly CredentialCase[] = [
  ...credentials.filter(({ name }) =>
    /^(?:nothing|garbage|a bad signature|a key of nobody|expired for 70 .*)$/.test(name),
  ),
  ...credentials.filter(({ is }) => is === 'session'),
  good('C17', 'a JWT by a key that is known', allRights),
  good('C17', 'a JWT by a key that is known, without rights', noRights),
  bad('C17', 'a JWT by a key that is not known', () => '', {
    asks: 'jwks',
    async send(issuing) {
      issuing.passCooldown();
      return { authorization: `Bearer ${await strangerToken({ sub: testUser.sub }, typ, 'ES256')}` };
    },
  }),
  {
    ...good('C17', 'opaque, never seen before', allRights, { asks: 'introspection' }),
    send: opaque(allRights, false),
  },
];
