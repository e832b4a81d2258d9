// An app that reads rights from userinfo, with guards that fetch it anew, and a provider where it can be changed.
import type { Express } from 'express';
import type { Auth } from '../../src/index.ts';
import type { AppWorldOptions } from './app-world.ts';
import { cookieHeader, type RefreshWorld, startRefreshWorld } from './refresh-world.ts';
import type { LoggedCall } from './scripted-provider/types.ts';

export interface ClaimsWorld extends RefreshWorld {
  /** The calls to userinfo. */
  asked(): readonly LoggedCall[];
  /** From now on userinfo says this as well, about everybody. */
  say(claims: Readonly<Record<string, unknown>>): void;
  /** The subjects and reasons of sessions that ended. */
  ended(): readonly string[];
  failures(): readonly string[];
}

/** Where sessions live in these tests. */
export const storeKinds = ['memory', 'embedded file', 'redis'] as const;

export const startClaimsWorld = async (
  options: AppWorldOptions = {},
  more: (app: Express, auth: Auth) => void = () => {},
): Promise<ClaimsWorld> => {
  const auth = { authorizationFrom: ['userinfo'] as const, ...options.auth };
  const world = await startRefreshWorld({ ...options, auth }, (app, guards) => {
    const rights = { permissions: ['reports:read'] };
    app.get('/anew', guards.currentUser({ refresh: true }), (req, res) => {
      res.json({
        subject: req.auth?.subject,
        permissions: req.auth?.permissions,
        name: req.user?.['name' as 'sub'],
      });
    });
    app.get('/anew/reports', guards.currentUser({ refresh: true, ...rights }), (_req, res) => {
      res.json({ reports: 'all of them' });
    });
    app.get('/anew/optional', guards.currentUser({ refresh: true, optional: true }), (req, res) => {
      res.json({ subject: req.auth?.subject ?? 'nobody' });
    });
    more(app, guards);
  });
  return {
    ...world,
    asked: () => world.provider.calls('userinfo'),
    say(claims) {
      world.provider.bend.userinfo = (before) => ({ ...before, ...claims });
    },
    ended: () =>
      world.events.flatMap((event) =>
        event.type === 'session_ended' ? `${event.subject} ${event.reason}` : [],
      ),
    failures: () => world.events.flatMap((event) => (event.type === 'userinfo_failed' ? event.code : [])),
  };
};

/** The same cookies in so many requests at once: their statuses. */
export const allAtOnce = async (
  world: ClaimsWorld,
  browser: Parameters<typeof cookieHeader>[1],
  path: string,
  count: number,
): Promise<readonly number[]> => {
  const cookie = cookieHeader(world, browser);
  const one = () => world.browser().fetchJson(world.url + path, { headers: { cookie } });
  return (await Promise.all(Array.from({ length: count }, one))).map(({ status }) => status);
};

/** Lets the provider arrive at an answer and hold it. */
export const createGate = () => {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    arrived.resolve();
    return opened.promise;
  };
  return { arrived: arrived.promise, open: () => opened.resolve(), pass };
};
