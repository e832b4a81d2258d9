// The two guards: currentUser for pages and people, authenticated for the credential alone.
import type { NextFunction, Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { RefusalHandler } from '../config/options.ts';
import { asLatchkeyError, ConfigurationError, LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { noStore } from '../http/no-store.ts';
import type { HandOut } from '../session/hand-out.ts';
import { noKeyStore } from '../tokens/api-keys.ts';
import { asPartOf } from '../tracing/current-request.ts';
import type { Authenticate, Credential } from './authenticate.ts';
import type { AuthenticateHeader, HeaderOptions } from './authenticate-header.ts';
import type { createChallenge, RefusalHandlers, UnauthenticatedMode } from './challenge.ts';
import { checkGuardOptions, optionNames } from './check-options.ts';
import { firstRefusal, passOrFail, refuse } from './judge.ts';
import type { Passed } from './passed.ts';
import { createGuard, type Guard, type RequestAuth, type User } from './request-auth.ts';
import type { Requirements } from './requirements.ts';
import {
  type AnyGuardOptions,
  enableSilent,
  type OptionalGuardOptions,
  type SilentSignIn,
  trySilently,
} from './silent.ts';
import type { TokenGetter } from './token-getters.ts';

/** The options of a guard. */
export interface GuardOptions extends Requirements {
  /** Lets anonymous visitors through. A bad Authorization header is still 401, forbidden stays forbidden. */
  readonly optional?: boolean;
  /**
   * A last check of your own; anything but `true` is a refusal. The user is null where `authenticated` was given an
   * access token, because it does not ask who that is.
   */
  readonly check?: (auth: RequestAuth, req: Request, user: User | null) => boolean | Promise<boolean>;
  /**
   * Fetches userinfo anew at the provider for each request, and judges by what it says now. When it cannot be asked:
   * 503, and an optional guard sees nobody. Default: false.
   */
  readonly refresh?: boolean;
  /** `auto` sends people who open a page to log in and answers 401 to everything else. Default: `auto`. */
  readonly unauthenticated?: UnauthenticatedMode;
  /** Where the token is. Default: the Authorization header if there is one, else latchkey's cookie. */
  readonly token?: TokenGetter;
  /** Takes API keys as well: `Authorization: Token …`, or `x-api-key` where there is no Authorization. Default: false. */
  readonly apiKeys?: boolean;
  readonly onUnauthenticated?: RefusalHandler;
  readonly onForbidden?: RefusalHandler;
}

/** Makes guards. The types say that only an optional guard can leave the user null. */
export interface Guards {
  /** Gives `req.user` and `req.auth`. */
  currentUser(options: OptionalGuardOptions): Guard<User | null, RequestAuth | null>;
  currentUser(options?: GuardOptions & { readonly optional?: false }): Guard<User, RequestAuth>;
  /** Where the compiler cannot see whether the guard is optional, both can be null. */
  currentUser(options: GuardOptions): Guard<User | null, RequestAuth | null>;
  /** Gives `req.auth` alone. */
  authenticated(options: OptionalGuardOptions): Guard<undefined, RequestAuth | null>;
  authenticated(options?: GuardOptions & { readonly optional?: false }): Guard<undefined, RequestAuth>;
  authenticated(options: GuardOptions): Guard<undefined, RequestAuth | null>;
}

/** What guards need. */
export interface GuardParts {
  readonly authenticate: Authenticate;
  readonly authenticateHeader: AuthenticateHeader;
  readonly takesApiKeys: boolean;
  readonly challenge: ReturnType<typeof createChallenge>;
  readonly passed: Passed;
  readonly silent: SilentSignIn;
  readonly clearToken: (req: Request, res: Response) => void;
  /** Gives the browser a token that was refreshed. */
  readonly handOut: HandOut;
  readonly handlers: RefusalHandlers;
  /** False where the configuration says that userinfo is never asked. */
  readonly hasUserinfo: boolean;
  readonly acrOrder: readonly string[];
  readonly baseUrl: URL;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createGuards(parts: GuardParts): Guards {
  const guard = (options: AnyGuardOptions, withUser: boolean) => {
    checkGuardOptions(options, optionNames.guard);
    enableSilent(parts.silent, options);
    if (options.apiKeys === true && !parts.takesApiKeys) throw noKeyStore();
    if (options.refresh === true && !parts.hasUserinfo) throw noUserinfo();
    const headers = {
      getter: options.token,
      apiKeys: options.apiKeys === true,
      withUser,
      refresh: options.refresh === true,
    };
    const judge = (req: Request, res: Response, next: NextFunction) =>
      passOrFail(parts, req, next, runGuard(parts, options, headers, req, res));
    return createGuard<never, never>((req, res, next) => asPartOf(req, judge, req, res, next));
  };
  return {
    currentUser: (options: GuardOptions = {}) => guard(options, true),
    authenticated: (options: GuardOptions = {}) => guard(options, false),
  };
}

/** Whether the request may pass; if not, it has been answered. */
async function runGuard(
  parts: GuardParts,
  options: AnyGuardOptions,
  headers: HeaderOptions,
  req: Request,
  res: Response,
): Promise<boolean> {
  noStore(res);
  if (req.method === 'OPTIONS') {
    // Browsers ask without a credential before they send one. CORS stands before the guards, and a handler that
    // answers every method must not run for nobody.
    res.status(204).end();
    return false;
  }
  const { withUser } = headers;
  const looking = parts.authenticateHeader(req, headers);
  const byHeader = looking === null ? null : await looking;
  const credential = byHeader ?? (await lookAt(parts, options, req));
  if (credential.kind === 'invalid' && credential.tampered) parts.clearToken(req, res);
  if (credential.kind === 'none' || credential.kind === 'invalid') {
    // Whoever presents a credential of their own is told that it is not good.
    if (options.optional === true && byHeader === null) {
      if (await trySilently(parts.silent, options, parts.acrOrder, req, res)) return false;
      putOn(req, null, withUser);
      parts.passed.note(req, { kind: 'none' });
      return true;
    }
    const why = credential.kind === 'invalid' ? credential.error : undefined;
    const error = why ?? new LatchkeyError('unauthenticated', { returnTo: req.originalUrl });
    await refuse(parts, options, req, res, { error, stepUp: null }, credential);
    return false;
  }
  if (credential.renewed !== null) parts.handOut(req, res, credential.renewed);
  // Who is refused is known to the page that says so; the handler behind the guard does not run.
  putOn(req, credential, withUser);
  const judged = firstRefusal(parts, options, req, credential);
  const unmet = judged instanceof Promise ? await judged : judged;
  if (unmet === null) {
    parts.passed.note(req, credential);
    return true;
  }
  await refuse(parts, options, req, res, unmet, credential);
  return false;
}

/** Null: nobody is signed in. */
function putOn(
  req: Request,
  somebody: Extract<Credential, { readonly auth: RequestAuth }> | null,
  withUser: boolean,
): void {
  req.auth = somebody?.auth ?? null;
  // Other packages see the type of the request's property more loosely.
  if (withUser) (req as unknown as { user: User | null }).user = somebody?.user ?? null;
}

/** An optional page is served as anonymous while what is needed to know who it is cannot be reached. */
function lookAt(parts: GuardParts, options: GuardOptions, req: Request): Promise<Credential> {
  const looking = parts.authenticate(req, options.token, options.refresh === true);
  if (options.optional !== true) return looking;
  return looking.catch((thrown: unknown) => {
    const error = asLatchkeyError(thrown);
    // A dead token or claims that cannot be renewed now; that was said when the provider failed.
    if (error.code === 'provider_unavailable') return { kind: 'none' };
    if (error.code !== 'store_unavailable') throw thrown;
    parts.emit({ ...parts.contextOf(req), type: 'store_failed', detail: error.message });
    return { kind: 'none' };
  });
}

function noUserinfo(): ConfigurationError {
  const mend = 'Take `refresh` away, or set the option `userinfo` to `login`.';
  return new ConfigurationError([
    { name: 'refresh', problem: 'needs userinfo, which is never asked.', mend },
  ]);
}
