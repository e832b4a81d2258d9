// The one place that says no: to a page with a login or a page, to everything else with a status and a challenge.
import type { Request, Response } from 'express';
import type { RefusalHandler } from '../config/options.ts';
import { type ErrorDetails, LatchkeyError } from '../errors.ts';
import { isPageNavigation } from '../http/navigation.ts';
import type { StepUp } from './requirements.ts';

/** How a guard treats somebody who is not signed in. */
export type UnauthenticatedMode = 'auto' | 'login' | '401';

/** Sends the visitor to the provider and back to the page they are on. */
export type StartLogin = (req: Request, res: Response, stepUp: StepUp | null) => Promise<void>;

/** What saying no needs. */
export interface ChallengeParts {
  readonly realm: string;
  /** Where protected-resource metadata is; null where none is published. */
  readonly resourceMetadata: string | null;
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
    const { stepUp } = refusal;
    const oauthError = oauthErrorOf(refusal);
    const error = oauthError === null ? refusal.error : withOAuthError(refusal.error, oauthError);
    const unauthenticated = error.code === 'unauthenticated';
    const replaced =
      unauthenticated || error.status < 403 ? handlers.onUnauthenticated : handlers.onForbidden;
    if (replaced !== undefined && stepUp === null) return replaced(req, res, error);

    const login = refusal.mode === 'login' || (refusal.mode === 'auto' && isPageNavigation(req));
    if ((unauthenticated || stepUp !== null) && login && !refusal.byHeader)
      return parts.startLogin(req, res, refusal.login);

    const header = challengeHeader(parts, refusal, oauthError);
    if (header !== null) res.setHeader('WWW-Authenticate', header);
    // RFC 9470 section 3: too weak or too old a login is answered with 401.
    const answered =
      stepUp === null ? error : new LatchkeyError(error.code, { ...error.details, status: 401 });
    return parts.answer(req, res, answered);
  };
}

function withOAuthError(error: LatchkeyError, oauthError: OAuthError): LatchkeyError {
  return new LatchkeyError(error.code, { ...error.details, oauthError });
}

type OAuthError = NonNullable<ErrorDetails['oauthError']>;

/** RFC 6750 section 3.1 and RFC 9470 section 3. Null where no token came, or where no other one would help. */
function oauthErrorOf({ error, stepUp, tokenPresented }: Refusal): OAuthError | null {
  const said = (code: string, description: string) => ({ error: code, description });
  if (stepUp !== null) {
    return said('insufficient_user_authentication', 'A stronger or more recent sign-in is needed');
  }
  if (error.code === 'credential_ambiguous') {
    return said('invalid_request', 'A token may be sent in one way and once only');
  }
  if (error.code === 'unauthenticated') {
    const why = error.details.oauthError ?? said('invalid_token', 'The sign-in is over or was not valid');
    return tokenPresented ? why : null;
  }
  if (error.code.startsWith('insufficient_')) {
    return said('insufficient_scope', 'The credential does not allow this request');
  }
  return null;
}

/** Null for refusals that no other token would change. */
function challengeHeader(
  parts: ChallengeParts,
  refusal: Refusal,
  oauthError: OAuthError | null,
): string | null {
  const { error, stepUp } = refusal;
  if (oauthError === null && error.code !== 'unauthenticated') return null;
  const attributes = [`realm="${parts.realm}"`];
  if (oauthError !== null) attributes.push(`error="${oauthError.error}"`);
  // What came in a header was sent by a program, whose author reads this.
  if (oauthError !== null && refusal.byHeader && stepUp === null) {
    attributes.push(`error_description="${quotable(oauthError.description.split(' '))}"`);
  }
  // All of it (RFC 6750 section 3): who asks for what is missing alone gets a token without the rest.
  if (error.code === 'insufficient_scope') attributes.push(`scope="${quotable(error.details.scope ?? [])}"`);
  if (stepUp?.acrValues) attributes.push(`acr_values="${quotable(stepUp.acrValues)}"`);
  if (stepUp !== null && stepUp.maxAge !== null) attributes.push(`max_age="${stepUp.maxAge}"`);
  // RFC 9728 section 5.1.
  const wantsToken = stepUp !== null || error.code === 'unauthenticated';
  if (wantsToken && parts.resourceMetadata !== null) {
    attributes.push(`resource_metadata="${parts.resourceMetadata}"`);
  }
  return `Bearer ${attributes.join(', ')}`;
}

/** The characters RFC 6750 section 3 allows in these attributes. */
function quotable(names: readonly string[]): string {
  return names.map((name) => name.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '')).join(' ');
}
