// Who is measured: the servers, and what is asked of each.

/** A server of the bench. */
export interface ServerPlan {
  readonly file: URL;
  readonly args: readonly string[];
  /** Whether people sign in there. */
  readonly hasLogin: boolean;
  readonly isPeer: boolean;
}

const at = (name: string): URL => new URL(`../servers/${name}.ts`, import.meta.url);

export type ServerName =
  | 'raw'
  | 'express-session'
  | 'latchkey'
  | 'latchkey-claims'
  | 'app'
  | 'eoc-redis'
  | 'eoc-cookie';

export const servers: Readonly<Record<ServerName, ServerPlan>> = {
  raw: { file: at('raw-redis'), args: [], hasLogin: false, isPeer: false },
  'express-session': { file: at('express-session'), args: [], hasLogin: true, isPeer: false },
  latchkey: { file: at('latchkey'), args: [], hasLogin: true, isPeer: false },
  // Without the question for userinfo at login, as express-openid-connect is by default.
  'latchkey-claims': { file: at('latchkey'), args: ['claims'], hasLogin: true, isPeer: false },
  app: {
    file: new URL('../../src/app/main.ts', import.meta.url),
    args: [],
    hasLogin: true,
    isPeer: false,
  },
  'eoc-redis': { file: at('express-openid-connect'), args: ['redis'], hasLogin: true, isPeer: true },
  'eoc-cookie': { file: at('express-openid-connect'), args: [], hasLogin: true, isPeer: true },
};

/** One row of the table. */
export interface Subject {
  readonly id: string;
  readonly server: ServerName;
  readonly path: string;
  readonly credential: 'session' | 'bearer' | 'none';
  readonly title: string;
}

export const subjects: readonly Subject[] = [
  {
    ...{ id: 'raw', server: 'raw', path: '/', credential: 'none' },
    title: '(a) `node:http` and one Redis GET',
  },
  {
    ...{ id: 'express-session', server: 'express-session', path: '/page', credential: 'session' },
    title: '(b) express + express-session + connect-redis',
  },
  {
    ...{ id: 'page', server: 'latchkey', path: '/page', credential: 'session' },
    title: '**latchkey**, signed-in page',
  },
  {
    ...{ id: 'open', server: 'latchkey', path: '/open', credential: 'none' },
    title: 'latchkey, optional page, nobody signed in',
  },
  {
    ...{ id: 'api', server: 'latchkey', path: '/api/me', credential: 'session' },
    title: 'latchkey, API with the cookie',
  },
  {
    ...{ id: 'bearer', server: 'latchkey', path: '/api/me', credential: 'bearer' },
    title: 'latchkey, API with a known bearer token',
  },
  {
    ...{ id: 'app', server: 'app', path: '/protected', credential: 'session' },
    title: 'latchkey, the whole app with its own page (EJS)',
  },
  {
    ...{ id: 'eoc-redis', server: 'eoc-redis', path: '/page', credential: 'session' },
    title: '(d) express-openid-connect, Redis',
  },
  {
    ...{ id: 'eoc-cookie', server: 'eoc-cookie', path: '/page', credential: 'session' },
    title: '(d) express-openid-connect, cookie session',
  },
];
