// The world of the table: one app with every guard, one provider, and the comparison of one answer with the model.
import type { Express, Request, RequestHandler, Response } from 'express';
import { expect } from 'vitest';
import { memoryApiKeys } from '../../../src/embedded.ts';
import { type Auth, allOf, anyOf, byMethod, type GuardOptions } from '../../../src/index.ts';
import { type BearerWorld, startBearerWorld } from '../bearer-world.ts';
import { pageNavigation } from '../request-kinds.ts';
import { startScriptedProvider, testUser } from '../scripted-provider.ts';
import type { GuardCase, Names, Needs } from './guards.ts';
import { allRights, type CredentialCase, type Issuing, noRights, type Rights } from './make-credentials.ts';
import { type Asking, acrOrder, expectedAnswer } from './model.ts';
import { expectWellFormed, seenIn } from './seen-answer.ts';

/** One cell of the table: what came and what should have, in the same words. */
export interface Row {
  readonly seen: readonly object[];
  readonly expected: readonly object[];
}

export interface Table extends AsyncDisposable {
  readonly world: BearerWorld;
  readonly issuing: Issuing;
  /** Asks with a credential that was never seen, then again as a page: what came, and what should have. */
  ask(guard: GuardCase, credential: CredentialCase): Promise<Row>;
  /** Asks once, with a credential that was made before. */
  askWith(
    guard: GuardCase,
    credential: CredentialCase,
    sent: Record<string, string>,
    asking: Asking,
  ): Promise<Row>;
}

const namesFor = ({ mode, names }: Names) =>
  mode === 'any' ? anyOf(...names) : names.length > 1 ? allOf(...names) : names;

const optionsFor = (needs: Needs): GuardOptions => {
  const { check, scope, amr, roles, permissions, ...rest } = needs;
  const lists = Object.entries({ scope, amr, roles, permissions }).filter(([, names]) => names !== undefined);
  return {
    ...rest,
    ...Object.fromEntries(
      lists.map(([name, names]) => [name, namesFor(names ?? { mode: 'all', names: [] })]),
    ),
    ...(check === undefined ? {} : { check: async () => check }),
  };
};

const handlersFor = (guard: GuardCase, auth: Auth): readonly RequestHandler[] => {
  const { first, owner } = guard;
  const show = (req: Request, res: Response) => void res.json({ ran: true, method: req.method });
  const guards: RequestHandler[] = [];
  if (first !== null) {
    const { user, needs = {}, ...flags } = first;
    const options: GuardOptions = { ...flags, ...optionsFor(needs) };
    const made = user ? auth.currentUser(options) : auth.authenticated(options);
    guards.push(guard.byMethod ? byMethod({ get: made, post: [made] }) : made);
  }
  for (const needs of guard.behind ?? []) guards.push(auth.requires(optionsFor(needs)));
  if (owner === undefined) return [...guards, show];
  const load = async () =>
    owner === 'no such object' ? null : { of: owner === 'ada' ? testUser.sub : 'user-grace' };
  const unless = guard.unless === undefined ? {} : { unless: optionsFor(guard.unless) };
  return [...guards, auth.owns({ load, owner: 'of', ...unless }).handle(show)];
};

/** Signs somebody in with these rights; their cookies. */
const cookiesWith = async (world: BearerWorld, rights: Rights): Promise<string> => {
  const { provider } = world;
  provider.user = { sub: testUser.sub, permissions: rights.permissions, roles: rights.roles };
  provider.details = { amr: rights.amr, ...(rights.acr === null ? {} : { acr: rights.acr }) };
  provider.authTime = provider.nowSeconds() - (rights.authAge ?? 7200);
  provider.bend.tokenResponse = (response) => void Object.assign(response, { scope: rights.scope.join(' ') });
  const browser = world.browser();
  await world.signIn(browser, '/api/me');
  expect(await world.whoIs(browser)).toBe(testUser.sub);
  const { bend } = provider;
  Object.assign(provider, { user: testUser, details: {}, authTime: null });
  bend.tokenResponse = undefined;
  return browser.cookies.header(world.url, 'strict') ?? '';
};

/** `asked: false`: the app starts, and has asked the provider nothing yet; there are no sessions. */
export const startTable = async (guards: readonly GuardCase[], { asked = true } = {}): Promise<Table> => {
  const pathOf = (guard: GuardCase): string => `/guard/${guards.indexOf(guard)}`;
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  const provider = await startScriptedProvider({ algorithm: 'ES256', now: clock.now });
  const keys = memoryApiKeys();
  const auth = { clock: clock.now, acrOrder, apiKeys: keys, scope: 'openid reports archive' };
  const world = await startBearerWorld({ provider, auth }, (app: Express, made: Auth) => {
    for (const guard of guards) app.all(pathOf(guard), ...handlersFor(guard, made));
  });
  const bare = { ...noRights, scope: ['openid'], amr: ['pwd'] };
  const issuing: Issuing = {
    provider,
    cookies: {
      full: asked ? await cookiesWith(world, allRights) : '',
      bare: asked ? await cookiesWith(world, bare) : '',
    },
    async makeKey(more) {
      const { key, record } = await world.auth.apiKeys.create({ name: 'of the table', ...more });
      return { key, id: record.id };
    },
    revokeKey: async (id) => void (await world.auth.apiKeys.revoke(id)),
    passCooldown: () => {
      clock.offset += 31_000;
    },
  };
  // From here on an unknown key causes no fetch for 30 seconds.
  const stranger = {
    authorization: `Bearer ${await provider.sign({}, { typ: 'at+jwt', kid: 'nobody has it' })}`,
  };
  if (asked) await world.ask('/api/me', stranger);

  const askWith: Table['askWith'] = async (guard, credential, sent, asking) => {
    provider.forgetCalls();
    const shape = asking.page ? pageNavigation.headers : {};
    const answer = await world.ask(pathOf(guard), { ...shape, ...sent }, guard.method);
    const expected = expectedAnswer(guard, credential, asking);
    const how = `${asking.page ? 'as a page' : 'as a program'}${asking.again ? ', again' : ''}`;
    const calls = provider.calls().map(({ endpoint }) => endpoint);
    expectWellFormed(answer, asking.page);
    // What came in a header touches no cookie, and an outage touches none at all.
    const isHeader = !['nothing', 'session', 'bad session'].includes(credential.is);
    if (expected.login === null && (isHeader || expected.status === 503)) {
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    return {
      seen: [{ how, ...seenIn(answer, provider.origin), calls }],
      expected: [{ how, ...expected }],
    };
  };
  return {
    world,
    issuing,
    askWith,
    async ask(guard, credential) {
      const sent = await credential.send(issuing);
      const rows: Row[] = [];
      for (const again of [false, true]) {
        rows.push(await askWith(guard, credential, sent, { page: again, again, providerIsDown: false }));
      }
      // Not every guard looks at it, and the next one must not be the first to meet the new key.
      if (credential.asks === 'jwks') await world.ask('/api/me', sent);
      return { seen: rows.flatMap(({ seen }) => seen), expected: rows.flatMap(({ expected }) => expected) };
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await provider.close();
    },
  };
};
