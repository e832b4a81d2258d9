// The one place that says no: to a page with a login or a page, to everything else with a status and a challenge.
import type { Request, Response } from 'express';
import type { RefusalHandler } from '../config/options.ts';
import { LatchkeyError } from '../errors.ts';
import { isPageNavigation } from '../http/navigation.ts';
import type { StepUp } from './requirements.ts';

/** How a guard treats somebody who is not signed in. */
export type UnauthenticatedMode = 'auto' | 'login' | '401';

/** Sends the visitor to the provider and back to the page they are on. */
export type StartLogin = (req: Request, res: Response, stepUp: StepUp | null) => Promise<void>;

/** What saying no needs. */
export interface ChallengeParts {
  readonly realm: string;
  readonly startLogin: StartLogin;
  readonly answer: (req: Request, res: Response, error: LatchkeyError) => Promise<void>;
}

/** The handlers that may stand in for ours. */
export interface RefusalHandlers {
  readonly onUnauthenticated?: RefusalHandler | undefined;
  readonly onForbidden?: RefusalHandler | undefined;
}

/** A refusal, and what would turn it into access. */
export interface Refusal {
  readonly error: LatchkeyError;
  readonly stepUp: StepUp | null;
  /** What a login started here asks the provider for beyond the ordinary. */
  readonly login: StepUp | null;
  /** A token came with the request and is not good. */
  readonly tokenPresented: boolean;
  /** The token came in a header, so whoever sent it is not a person opening a page. */
  readonly byHeader: boolean;
  readonly mode: UnauthenticatedMode;
}

/** Makes the refusing function. It always ends the response or rejects. */
export function createChallenge(parts: ChallengeParts) {
  return async (req: Request, res: Response, refusal: Refusal, handlers: RefusalHandlers): Promise<void> => {
    const { error, stepUp } = refusal;
    const unauthenticated = error.code === 'unauthenticated';
    const replaced = unauthenticated ? handlers.onUnauthenticated : handlers.onForbidden;
    if (replaced !== undefined && stepUp === null) return replaced(req, res, error);

    const login = refusal.mode === 'login' || (refusal.mode === 'auto' && isPageNavigation(req));
    if ((unauthenticated || stepUp !== null) && login && !refusal.byHeader)
      return parts.startLogin(req, res, refusal.login);

    const header = challengeHeader(parts.realm, refusal);
    if (header !== null) res.setHeader('WWW-Authenticate', header);
    // RFC 9470 section 3: too weak or too old a login is answered with 401.
    const answered =
      stepUp === null ? error : new LatchkeyError(error.code, { ...error.details, status: 401 });
    return parts.answer(req, res, answered);
  };
}

/** RFC 6750 section 3 and RFC 9470 section 3. Null for refusals that no other token would change. */
function challengeHeader(realm: string, { error, stepUp, tokenPresented }: Refusal): string | null {
  const attributes = [`realm="${realm}"`];
  if (stepUp !== null) {
    attributes.push('error="insufficient_user_authentication"');
    if (stepUp.acrValues !== null) attributes.push(`acr_values="${quotable(stepUp.acrValues)}"`);
    if (stepUp.maxAge !== null) attributes.push(`max_age="${stepUp.maxAge}"`);
  } else if (error.code === 'unauthenticated') {
    if (tokenPresented) attributes.push('error="invalid_token"');
  } else if (error.code.startsWith('insufficient_')) {
    attributes.push('error="insufficient_scope"');
    if (error.code === 'insufficient_scope')
      attributes.push(`scope="${quotable(error.details.needed ?? [])}"`);
  } else {
    return null;
  }
  return `Bearer ${attributes.join(', ')}`;
}

/** The characters RFC 6750 section 3 allows in these attributes. */
function quotable(names: readonly string[]): string {
  return names.map((name) => name.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '')).join(' ');
}
