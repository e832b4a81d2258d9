// Lets only the owner of an object pass: loads it, compares its owner, and hands it to the handler.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ConfigurationError, LatchkeyError } from '../errors.ts';
import { checkGuardOptions, optionNames } from './check-options.ts';
import type { GuardOptions, GuardParts } from './guards.ts';
import { passOrFail, refuse } from './judge.ts';
import type { GuardedRequest, RequestAuth, User } from './request-auth.ts';
import { firstUnmet, type Requirements, requiresNothing } from './requirements.ts';
import { credentialBefore } from './stacked.ts';

/** The options of an ownership guard. */
export interface OwnershipOptions<T>
  extends Pick<GuardOptions, 'unauthenticated' | 'onUnauthenticated' | 'onForbidden'> {
  /** Finds the object; null or undefined means that there is none, and the answer is 404. */
  readonly load: (req: Request) => T | null | undefined | Promise<T | null | undefined>;
  /** The field that names the owner, or a function that gives the owner's id. */
  readonly owner: (keyof T & string) | ((object: T) => unknown);
  /** Whom the owner has to be. Default: the subject of the credential. */
  readonly is?: (auth: RequestAuth) => string | null;
  /**
   * Who meets this may pass without being the owner, such as `{ permissions: ['orders:all'] }`. One that requires
   * nothing is refused with a ConfigurationError: everybody would meet it.
   */
  readonly unless?: Requirements;
  /** Answers 404 in place of 403, where even the existence of the object is nobody else's business. */
  readonly hide?: boolean;
}

/** A handler that is given the object. */
export type OwnedHandler<T> = (
  req: GuardedRequest<User | undefined, RequestAuth>,
  res: Response,
  object: T,
  next: NextFunction,
) => unknown;

/** Makes ownership guards. */
export type Owns = <T extends object>(
  options: OwnershipOptions<T>,
) => {
  /** Guards one handler and gives it the object that was loaded. */
  handle(handler: OwnedHandler<T>): RequestHandler;
};

/** Makes `auth.owns`. */
export function createOwns(parts: GuardParts): Owns {
  return <T extends object>(options: OwnershipOptions<T>) => {
    const { unless } = options;
    if (unless !== undefined) checkGuardOptions(unless, optionNames.unless);
    if (unless !== undefined && requiresNothing(unless)) throw everybodyOwns();
    return {
      handle: (handler: OwnedHandler<T>): RequestHandler => {
        return (req, res, next) => {
          let object: T | undefined;
          const judged = judge(parts, options, req, res).then((found) => {
            object = found ?? undefined;
            return found !== null;
          });
          const pass: NextFunction = (error?: unknown) => {
            if (error !== undefined) return next(error);
            const guarded = req as unknown as GuardedRequest<User | undefined, RequestAuth>;
            Promise.try(handler, guarded, res, object as T, next).catch((thrown: unknown) => {
              next(thrown || new Error('a handler was rejected without an error'));
            });
          };
          passOrFail(parts, req, pass, judged);
        };
      },
    };
  };
}

function everybodyOwns(): ConfigurationError {
  const mend = 'Name what lets others pass, or leave `unless` out: then only the owner does.';
  return new ConfigurationError([
    { name: 'unless', problem: 'requires nothing, so everybody passes.', mend },
  ]);
}

/** The object, or null when the request has been answered. */
async function judge<T extends object>(
  parts: GuardParts,
  options: OwnershipOptions<T>,
  req: Request,
  res: Response,
): Promise<T | null> {
  const credential = await credentialBefore(parts, 'auth.owns()', options, req, res);
  if (credential === null) return null;
  const object = await options.load(req);
  if (object === null || object === undefined) throw new LatchkeyError('not_found');
  if (mayPass(parts, options, object, credential.auth)) return object;
  if (options.hide === true) throw new LatchkeyError('not_found');
  const unmet = { error: new LatchkeyError('not_owner'), stepUp: null };
  await refuse(parts, options, req, res, unmet, credential);
  return null;
}

function mayPass<T extends object>(
  parts: GuardParts,
  options: OwnershipOptions<T>,
  object: T,
  auth: RequestAuth,
): boolean {
  const { owner, unless } = options;
  const held = typeof owner === 'function' ? owner(object) : object[owner];
  const whom = options.is === undefined ? auth.subject : options.is(auth);
  // Ids are texts or numbers. Anything else, nothing above all, is nobody's.
  const named = typeof held === 'number' ? String(held) : held;
  if (typeof named === 'string' && named !== '' && named === whom) return true;
  if (unless === undefined) return false;
  return firstUnmet(auth, unless, parts.acrOrder, Math.floor(parts.clock() / 1000)) === null;
}
