// The JSON API for accounts on a directory of any kind, with people in it and routes of an app behind its guard.
import express, { type NextFunction, type Request, type Response } from 'express';
import {
  type DirectoryStore,
  type PersonChangeKind,
  type UserApi,
  type UserApiEvent,
  type UserApiOptions,
  userApi,
} from '../../src/directory.ts';
import { listen } from '../../src/http/listen.ts';
import { asLatchkeyError } from '../../src/index.ts';
import { memoryDirectory } from './memory-directory.ts';
import { plainAccounts } from './plain-accounts.ts';

export type UserApiWorldOptions = Partial<UserApiOptions>;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came is for the test to look at
  readonly json: any;
}

export interface Ask {
  /** As the clients of old send it: without a scheme. */
  readonly token?: string;
  readonly key?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface UserApiWorld extends AsyncDisposable {
  readonly url: string;
  readonly directory: DirectoryStore;
  readonly api: UserApi;
  readonly events: UserApiEvent[];
  readonly changes: { readonly personId: string; readonly change: PersonChangeKind }[];
  readonly now: () => number;
  advance(seconds: number): void;
  /** Below `/api/user` where the path begins with no slash of its own app. */
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Somebody with an account and the password `<username> password`; their id. */
  add(username: string, permissions?: readonly string[]): Promise<string>;
  /** Logs in with that password; the token. */
  logIn(username: string): Promise<string>;
  /** Another process on the same directory. */
  another(options?: UserApiWorldOptions): Promise<UserApiWorld>;
}

export const passwordOf = (username: string): string => `${username} password`;

export const startUserApiWorld = async (
  given: UserApiWorldOptions = {},
  clock = { offset: 0 },
): Promise<UserApiWorld> => {
  const now = () => Date.now() + clock.offset;
  const directory = given.directory ?? memoryDirectory();
  const accounts = given.accounts ?? plainAccounts(directory, now);
  const events: UserApiEvent[] = [];
  const changes: { personId: string; change: PersonChangeKind }[] = [];
  const api = userApi({
    onEvent: (event) => void events.push(event),
    onChanged: (person, change) => void changes.push({ personId: person.id, change }),
    clock: now,
    ...given,
    ...{ directory, accounts },
  });
  const server = await listen(appWith(api), 0, '127.0.0.1');
  const url = `http://127.0.0.1:${server.port}`;

  const ask: UserApiWorld['ask'] = async (method, path, { token, key, body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: token }),
        ...(key === undefined ? {} : { authorization: `Token ${key}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      text,
      headers: response.headers,
      json: isJson ? JSON.parse(text) : null,
    };
  };
  return {
    ...{ url, directory, api, events, changes, now, ask },
    advance: (seconds) => {
      clock.offset += seconds * 1000;
    },
    async add(username, permissions = []) {
      const { id } = await directory.people.create({ username, permissions, roles: [] }, now());
      await accounts.setPassword(id, passwordOf(username), { temporary: false });
      return id;
    },
    async logIn(username) {
      const body = { username, password: passwordOf(username) };
      const { status, json } = await ask('POST', '/api/user/login', { body });
      if (status !== 200) throw new Error(`login of ${username}: ${status}`);
      return json.token;
    },
    another: (options = {}) => startUserApiWorld({ ...given, ...options, directory }, clock),
    [Symbol.asyncDispose]: () => server.close(100),
  };
};

const appWith = (api: UserApi): express.Express => {
  const app = express();
  app.use(api.routes());
  const show = (req: Request, res: Response) => {
    const login = api.loginOf(req);
    res.json({ username: login?.person.username, via: login?.via, apiKeyId: login?.apiKeyId });
  };
  app.all('/app/open', show);
  app.all('/app/any', api.loginState(), show);
  app.all('/app/reports', api.loginState({ permission: 'reports' }), show);
  app.all('/app/both', api.loginState({ permission: ['reports', 'export'] }), show);
  app.all('/app/keys', api.loginState({ allowApiKey: true }), show);
  app.all('/app/key-reports', api.loginState({ allowApiKey: true, permission: 'reports' }), show);
  app.get('/app/inside', async (req, res) => {
    res.json({ username: (await api.checkLoginState(req, { permission: 'reports' })).username });
  });
  app.use((thrown: unknown, _req: Request, res: Response, _next: NextFunction) => {
    const { status, code } = asLatchkeyError(thrown);
    res.status(status).json({ code });
  });
  return app;
};
