// The writing path: express-session, mounted only where a request changes the session.
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
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

/** Runs the writer inside a handler and waits until `req.session` is there. */
export function openSession(writer: RequestHandler, req: Request, res: Response): Promise<void> {
  return settle((done) => void writer(req, res, done));
}

/** Gives the request a new, empty session under a new id; the old record is removed. */
export function regenerateSession(req: Request): Promise<void> {
  return settle((done) => req.session.regenerate(done));
}

/** Writes the session and waits: a redirect must not overtake it. */
export function saveSession(req: Request): Promise<void> {
  return settle((done) => req.session.save(done));
}

function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
