// What guards put on a request, and its types: they know when the user can be null.
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** The claims about a person, from userinfo and the ID token. Standard claims have their standard type. */
export interface User {
  readonly sub: string;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly nickname?: string;
  readonly preferred_username?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly locale?: string;
  readonly zoneinfo?: string;
  readonly [claim: string]: unknown;
}

/** What the credential says about the person and their access. */
export interface RequestAuth {
  /** A session by cookie, an access token in a header, or an API key. */
  readonly kind: 'session' | 'bearer' | 'api_key';
  readonly subject: string;
  /** The provider; for an API key that belongs to nobody, this site. */
  readonly issuer: string;
  /** The client that the access token was given to, as far as it says so; null for sessions and API keys. */
  readonly clientId: string | null;
  readonly scope: readonly string[];
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Seconds since the epoch; null when the provider did not say. */
  readonly authTime: number | null;
  /** When the credential ends, in milliseconds since the epoch; null for an API key that does not. */
  readonly expiresAt: number | null;
  /** What an access token in a header says, frozen; empty for sessions and API keys. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The session behind a cookie, in milliseconds since the epoch; null for other credentials. */
  readonly session: {
    readonly startedAt: number;
    readonly idleEndsAt: number;
    readonly absoluteEndsAt: number;
  } | null;
  /** The key behind an API key credential; null for other credentials. */
  readonly apiKey: { readonly id: string; readonly name: string; readonly tenant: string | null } | null;
  /** The access token, for calling an API on behalf of this person. Never show it, never log it. */
  accessToken(): Promise<string>;
}

declare global {
  namespace Express {
    // Merges with what other packages say about the user of a request.
    interface User {
      readonly sub?: string;
    }
    interface Request {
      /** Set by `currentUser`; null when nobody is signed in and the guard is optional. */
      user?: User | undefined;
      /** Set by `currentUser` and `authenticated`; null when nobody is signed in and the guard is optional. */
      auth?: RequestAuth | null;
    }
  }
}

/** A request behind a guard: `U` is the user's type there, `A` the credential's. */
export type GuardedRequest<U, A> = Omit<Request, 'user' | 'auth'> & { readonly user: U; readonly auth: A };

/** A handler whose request has the types the guard promises. */
export type GuardedHandler<U, A> = (req: GuardedRequest<U, A>, res: Response, next: NextFunction) => unknown;

/** A guard: a middleware, and `handle` to join it with a handler that sees the guard's types. */
export interface Guard<U, A> extends RequestHandler {
  /** Guards one handler: `app.get('/me', auth.currentUser().handle((req, res) => res.send(req.user.name)))`. */
  handle(handler: GuardedHandler<U, A>): RequestHandler;
}

/** Adds `handle` to a middleware. */
export function createGuard<U, A>(
  middleware: (req: Request, res: Response, next: NextFunction) => void,
): Guard<U, A> {
  const handle = (handler: GuardedHandler<U, A>): RequestHandler => {
    return (req, res, next) => {
      // As Express does: a rejection with nothing is still a failure.
      const fail = (thrown: unknown) => next(thrown || new Error('a handler was rejected without an error'));
      middleware(req, res, (error?: unknown) => {
        if (error !== undefined) return next(error);
        // The middleware has set both properties; only the compiler cannot see it.
        const guarded = req as unknown as GuardedRequest<U, A>;
        try {
          const answered = handler(guarded, res, next);
          if (isThenable(answered)) answered.then(undefined, fail);
        } catch (thrown) {
          fail(thrown);
        }
      });
    };
  };
  return Object.assign(middleware, { handle });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
