// A running local provider with two people, two clients and an API, and the steps of a person who signs in there.
import * as openid from 'openid-client';
import {
  createLocalProvider,
  createLocalProviderKeys,
  type LocalAccount,
  type LocalProviderEvent,
  type LocalProviderKeys,
  type LocalProviderOptions,
  memoryProviderStorage,
} from '../../src/local-provider.ts';
import type { BrowserClient, Visit } from './browser-client.ts';
import { isRedirect } from './browser-client.ts';
import { freePort } from './free-port.ts';

export const api = 'https://api.example.test/reports';
export const callback = 'http://localhost:4999/auth-callback';
export const signedOutPage = 'http://localhost:4999/signed-out';

const account = (id: string, name: string, permissions: string[], roles: string[]): LocalAccount => ({
  id,
  claims: { name, preferred_username: id, email: `${id}@example.test`, email_verified: true },
  permissions,
  roles,
});
export const people = [
  account('ada', 'Ada Lovelace', ['reports:read', 'admin'], ['editor']),
  account('bob', 'Bob', [], []),
];
const passwords: Record<string, string> = { ada: 'correct horse', bob: 'battery staple' };

// One set for all tests: an RSA key takes a while to make.
let sharedKeys: Promise<LocalProviderKeys> | undefined;

export interface World {
  readonly issuer: string;
  readonly options: LocalProviderOptions;
  readonly events: LocalProviderEvent[];
  readonly app: openid.Configuration;
  readonly partner: openid.Configuration;
  close(): Promise<void>;
}

/** Starts a provider. Given another world's options it takes that world's place, as after a restart. */
export const startWorld = async (given: Partial<LocalProviderOptions> = {}): Promise<World> => {
  const port = given.issuer === undefined ? await freePort() : Number(new URL(given.issuer).port);
  const issuer = `http://127.0.0.1:${port}`;
  const events: LocalProviderEvent[] = [];
  sharedKeys ??= createLocalProviderKeys();
  const shared = { redirectUris: [callback], postLogoutRedirectUris: [signedOutPage] };
  const options: LocalProviderOptions = {
    issuer,
    keys: await sharedKeys,
    storage: memoryProviderStorage(),
    clients: [
      { clientId: 'app', clientSecret: 'app-secret-app-secret-app-secret', firstParty: true, ...shared },
      {
        clientId: 'partner',
        clientSecret: 'partner-secret-partner-secret',
        name: 'Partner',
        firstParty: false,
        ...shared,
      },
    ],
    accounts: {
      find: async (id) => people.find((person) => person.id === id) ?? null,
      authenticate: async (login, password) =>
        passwords[login] === password ? (people.find((person) => person.id === login) ?? null) : null,
    },
    apis: [{ audience: api, scopes: ['reports:list'] }],
    scopes: ['reports'],
    onEvent: (event) => events.push(event),
    ...given,
  };
  const provider = await createLocalProvider(options);
  const server = await provider.listen(port, '127.0.0.1');
  const discover = (clientId: string): Promise<openid.Configuration> => {
    const client = options.clients.find((candidate) => candidate.clientId === clientId);
    const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
    const auth = openid.ClientSecretBasic(client?.clientSecret);
    return openid.discovery(new URL(issuer), clientId, undefined, auth, { execute });
  };
  const [app, partner] = await Promise.all([discover('app'), discover('partner')]);
  return { issuer, options, events, app, partner, close: () => server.close() };
};

/** One authorization request, with what is needed to finish it. */
export interface Journey {
  readonly url: string;
  readonly checks: openid.AuthorizationCodeGrantChecks;
}

export const beginJourney = async (
  configuration: openid.Configuration,
  given: Record<string, string> = {},
): Promise<Journey> => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const expectedNonce = openid.randomNonce();
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: 'openid profile email',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...given,
  });
  const maxAge = given.max_age === undefined ? {} : { maxAge: Number(given.max_age) };
  return { url: url.href, checks: { pkceCodeVerifier, expectedState, expectedNonce, ...maxAge } };
};

/** Follows redirects until a page comes or the way leads back to a client. */
export const travel = async (browser: BrowserClient, first: Visit): Promise<Visit> => {
  let visit = first;
  while (isRedirect(visit) && !visit.location?.startsWith('http://localhost:4999/'))
    visit = await browser.follow(visit);
  return visit;
};

/** The address a form on the page posts to. */
export const formAction = (page: Visit, ending: string): string => {
  const actions = [...page.body.matchAll(/<form[^>]*action="([^"]+)"/g)].map(([, action]) => action ?? '');
  const action = actions.find((candidate) => candidate.endsWith(ending));
  if (action === undefined)
    throw new Error(`no form to ${ending} on ${page.url} (${page.status}): ${page.body}`);
  return new URL(action, page.url).href;
};

/** The fields of the page's forms that nobody sees. */
export const hiddenFields = (page: Visit): Record<string, string> =>
  Object.fromEntries(
    [...page.body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ]),
  );

/** Fills in the sign-in page. */
export const enterPassword = async (
  browser: BrowserClient,
  page: Visit,
  login: string,
  password = passwords[login] ?? '',
): Promise<Visit> => travel(browser, await browser.post(formAction(page, '/sign-in'), { login, password }));

/** Goes to the provider; when a sign-in page comes it is filled in. Ends at the client or at another page. */
export const signIn = async (browser: BrowserClient, journey: Journey, login: string): Promise<Visit> => {
  const page = await travel(browser, await browser.get(journey.url));
  return page.location === null ? enterPassword(browser, page, login) : page;
};

/** What came back to the client. */
export const answerOf = (visit: Visit): URL => {
  if (visit.location === null) throw new Error(`still at ${visit.url} (${visit.status}): ${visit.body}`);
  return new URL(visit.location);
};

/** The whole login of one person at one client. */
export const logIn = async (
  configuration: openid.Configuration,
  browser: BrowserClient,
  login: string,
  given: Record<string, string> = {},
) => {
  const journey = await beginJourney(configuration, given);
  const answer = answerOf(await signIn(browser, journey, login));
  return openid.authorizationCodeGrant(configuration, answer, journey.checks);
};
