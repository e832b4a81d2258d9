// The writing path: express-session, mounted only where a request changes the session.
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { LatchkeyError } from '../errors.ts';
import type { CookiePolicy } from '../http/cookies.ts';
import type { ExpressStore } from './express-store.ts';

/** express-session with our store, cookie policy and secrets. Apps may mount it for data of their own. */
export function createSessionWriter(
  store: ExpressStore,
  policy: CookiePolicy,
  secrets: readonly string[],
): RequestHandler {
  return session({
    name: policy.sessionName,
    secret: [...secrets],
    store,
    resave: false,
    saveUninitialized: false,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: policy.secure },
  });
}

/**
 * Runs the writer inside a handler and waits until `req.session` is there.
 * @throws LatchkeyError `configuration_invalid` where another express-session has the request already: a login
 *   would end in that one's session, and nobody would ever be signed in here
 */
export async function openSession(
  writer: RequestHandler,
  store: ExpressStore,
  req: Request,
  res: Response,
): Promise<void> {
  await settle((done) => void writer(req, res, done));
  if ((req.sessionStore as unknown) !== store) {
    const detail = 'another express-session is mounted before auth.routes(); mount auth.routes() first';
    throw new LatchkeyError('configuration_invalid', { detail });
  }
}

/** Gives the request a new, empty session under a new id; the old record is removed. */
export function regenerateSession(req: Request): Promise<void> {
  return settle((done) => req.session.regenerate(done));
}

/** Writes the session and waits: a redirect must not overtake it. */
export function saveSession(req: Request): Promise<void> {
  return settle((done) => req.session.save(done));
}

/** Removes the session and takes it from the request, so that no cookie of it is sent. */
export function destroySession(req: Request): Promise<void> {
  return settle((done) => req.session.destroy(done));
}

function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
