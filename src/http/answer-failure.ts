// Ends a request with an error: the one place that turns an error into a page or a JSON body.
import type { NextFunction, Request, Response } from 'express';
import { asLatchkeyError, type ErrorCode, type LatchkeyError } from '../errors.ts';
import { wordsFor } from './failure-words.ts';
import { wantsPage } from './navigation.ts';
import { noStore } from './no-store.ts';
import type { FailureView, Pages } from './pages.ts';
import { echoReference, requestReference } from './request-id.ts';

/** What answering needs to know about the site. */
export interface FailureSite {
  readonly pages: Pages;
  /** Where "Sign in" leads, with the page to come back to. */
  signInHref(returnTo: string | undefined): string;
  readonly homeHref: string;
}

const neededKinds: Partial<Record<ErrorCode, 'permission' | 'scope' | 'role'>> = {
  insufficient_permissions: 'permission',
  insufficient_scope: 'scope',
  insufficient_roles: 'role',
};

/** The two ways to an answer: with an error in hand, and as Express's handler for whatever was thrown. */
export function failureAnswers(site: FailureSite) {
  const answer = (req: Request, res: Response, error: LatchkeyError) => answerFailure(req, res, error, site);
  const onError = (thrown: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(thrown);
    answer(req, res, asLatchkeyError(thrown)).catch(next);
  };
  return { answer, onError };
}

/** Answers with the error's status: a page for somebody who opened one, problem details (RFC 9457) otherwise. */
async function answerFailure(
  req: Request,
  res: Response,
  error: LatchkeyError,
  site: FailureSite,
): Promise<void> {
  res.status(error.status);
  echoReference(req, res);
  noStore(res);
  if (error.details.retryAfterSeconds !== undefined || error.status === 503) {
    res.setHeader('Retry-After', String(error.details.retryAfterSeconds ?? 5));
  }
  const view = failureView(req, error, site);
  if (wantsPage(req)) await site.pages.failure(req, res, view);
  else sendProblem(res, view, error);
}

/** The same view for a page that an app renders by itself. */
export function failureView(req: Request, error: LatchkeyError, site: FailureSite): FailureView {
  const { heading, text, next } = wordsFor(error);
  const { details } = error;
  const kind = neededKinds[error.code];
  return {
    status: error.status,
    code: error.code,
    heading,
    text,
    action: actionFor(next, req, details.returnTo, site),
    providerText: details.providerText ?? null,
    needed: kind && details.needed?.length ? { kind, names: details.needed } : null,
    reference: requestReference(req),
  };
}

function actionFor(
  next: string,
  req: Request,
  returnTo: string | undefined,
  site: FailureSite,
): FailureView['action'] {
  if (next === 'sign_in') return { label: 'Sign in again', href: site.signInHref(returnTo) };
  if (next === 'home') return { label: 'Go to the start page', href: site.homeHref };
  if (next !== 'retry') return null;
  // A path that came with two slashes would be a link to another host.
  const here = /^\/(?![/\\])/.test(req.originalUrl) && req.method === 'GET' ? req.originalUrl : site.homeHref;
  return { label: 'Try again', href: returnTo === undefined ? here : site.signInHref(returnTo) };
}

function sendProblem(res: Response, view: FailureView, { details }: LatchkeyError): void {
  const { oauthError } = details;
  const body = {
    type: 'about:blank',
    title: view.heading,
    status: view.status,
    detail: view.text,
    code: view.code,
    reference: view.reference,
    ...(view.needed === null ? {} : { needed: view.needed.names }),
    // In RFC 6750's own words too, for clients that know those.
    ...(oauthError === undefined
      ? {}
      : { error: oauthError.error, error_description: oauthError.description }),
  };
  res.type('application/problem+json').send(JSON.stringify(body));
}
