// The JSON API for accounts inside the app: its cookie and its sessions, its events, its clock.
import { type RequestHandler, Router } from 'express';
import { localIssuer, type UserApiOptions, userApi } from '../directory.ts';
import type { Auth, AuthOptions } from '../index.ts';
import type { AppDirectory } from './app-directory.ts';
import { recentForChanges } from './recent-sign-in.ts';
import type { Report } from './report.ts';

/** What the app is given for it. */
export interface UserRoutesOptions
  extends Omit<UserApiOptions, 'baseUrl' | 'clock' | 'keys' | 'onEvent' | 'signedIn'> {
  /** The address of the local provider: whoever signs in there has their account in the directory. */
  readonly localProviderIssuer?: string;
}

/** Where the app has it, below its own base path. */
export const userPrefix = '/api/user';

/** Makes the routes. Whoever is signed in to the app may use them from its pages, with what the directory lets them do. */
export function userRoutes(
  auth: Auth,
  given: UserRoutesOptions,
  options: Pick<AuthOptions, 'apiKeys' | 'baseUrl' | 'clock'>,
  report: Report,
  directory: Pick<AppDirectory, 'changeMaxAgeSeconds'>,
): Router {
  const { localProviderIssuer, ...rest } = given;
  const prefix = given.apiPrefix ?? userPrefix;
  const users = userApi({
    ...rest,
    apiPrefix: prefix,
    baseUrl: options.baseUrl,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    // Then a key that is revoked here is forgotten by the guards of the app at once.
    ...(options.apiKeys === given.directory.apiKeys ? { keys: auth.apiKeys } : {}),
    onEvent: report.tell,
    signedIn: ({ auth: found }) => {
      if (found?.kind !== 'session') return null;
      const issuer = found.issuer === localProviderIssuer ? localIssuer : found.issuer;
      return { issuer, subject: found.subject };
    },
  });
  const optional = auth.authenticated({ optional: true });
  // A header is this API's own to judge; the guard would take its tokens for somebody else's.
  const session: RequestHandler = (req, res, next) =>
    req.headers.authorization === undefined ? optional(req, res, next) : next();
  // As on the pages that do the same: a session that somebody left open, or lost, changes nobody's account.
  const recent = recentForChanges(auth, directory);
  const recentSession: RequestHandler = (req, res, next) =>
    req.auth?.kind === 'session' ? recent(req, res, next) : next();
  const changing = ['/users', '/key', '/keys'].map((path) => prefix + path);
  return Router().use(prefix, session).use(changing, recentSession).use(users.routes());
}
