// The same guards in front of a WebSocket: judges the upgrade request before the socket is anybody's.
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import express, { type Application, type ErrorRequestHandler, type RequestHandler } from 'express';
import { createNote } from '../request-notes.ts';
import type { GuardOptions } from './guards.ts';
import type { RequestAuth, User } from './request-auth.ts';

/** Who opens the socket. Both are null for a visitor whom an optional guard lets through. */
export interface UpgradeVisitor {
  readonly user: User | null;
  readonly auth: RequestAuth | null;
}

/** Judges an upgrade request. Null: it was refused, answered and closed. */
export type UpgradeGuard = (req: IncomingMessage, socket: Duplex) => Promise<UpgradeVisitor | null>;

/** The options of an upgrade guard: those of a page or API guard, apart from sending people to log in. */
export interface UpgradeOptions extends Omit<GuardOptions, 'unauthenticated'> {
  /** The app whose `trust proxy` counts, so that events name the right address. */
  readonly app?: Application;
}

/** Makes `auth.upgrade`. */
export type Upgrade = (options?: UpgradeOptions) => UpgradeGuard;

/**
 * Makes the function. Where the credential is a cookie the handshake has to come from one of our own pages, because
 * browsers open WebSockets across origins and send cookies along.
 */
export function createUpgrade(
  guard: (options: GuardOptions) => RequestHandler,
  onError: ErrorRequestHandler,
): Upgrade {
  return ({ app, ...options } = {}) => {
    const waiting = createNote<(visitor: UpgradeVisitor) => void>();
    const judge = express();
    judge.disable('x-powered-by');
    if (app !== undefined) judge.set('trust proxy', app.get('trust proxy'));
    judge.use(guard({ ...options, unauthenticated: '401' }), (req, res) => {
      // What the guard promises for `user`; other packages see the type of the request's property more loosely.
      waiting.get(res)?.({ user: (req.user ?? null) as User | null, auth: req.auth ?? null });
    });
    judge.use(onError);

    return (req, socket) =>
      new Promise((resolve) => {
        // Gone before anybody looked: nothing would ever be heard of it again.
        if (socket.destroyed) return resolve(null);
        const res = new ServerResponse(req);
        // A socket that dies meanwhile must not end the process.
        const onSocketError = () => socket.destroy();
        const settle = (visitor: UpgradeVisitor | null) => {
          socket.off('error', onSocketError).off('close', onClose);
          resolve(visitor);
        };
        const onClose = () => settle(null);
        socket.on('error', onSocketError).on('close', onClose);
        res.shouldKeepAlive = false;
        // Node hands over the plain socket; its type allows for more.
        res.assignSocket(socket as Socket);
        res.once('finish', () => socket.end());
        waiting.set(res, (visitor) => {
          res.detachSocket(socket as Socket);
          settle(visitor);
        });
        judge(req, res);
      });
  };
}
