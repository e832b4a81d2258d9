// Refusals of the JSON API for accounts: always JSON, whoever asks; failures on our side go on to the app.
import type { NextFunction, Request, Response } from 'express';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import { wordsFor } from '../http/failure-words.ts';
import { noStore } from '../http/no-store.ts';
import { requestReference } from '../http/request-id.ts';

/** One thing wrong with a request. */
export interface RequestProblem {
  /** The field; empty: the request as a whole. */
  readonly name: string;
  readonly problem: string;
}

/** A request that cannot be used, and why, for the person who wrote the client. */
export class RequestProblems extends LatchkeyError {
  readonly problems: readonly RequestProblem[];

  constructor(problems: readonly RequestProblem[], code: 'request_malformed' | 'password_refused') {
    super(code, { detail: problems.map(({ name, problem }) => `${name}: ${problem}`).join('; ') });
    this.problems = problems;
  }
}

/** One problem with one field. */
export function badRequest(name: string, problem: string): RequestProblems {
  return new RequestProblems([{ name, problem }], 'request_malformed');
}

/** Too many tries or requests; `Retry-After` says when to come back. */
export function tooMany(
  retryAfterSeconds: number,
  code: 'too_many_tries' | 'too_many_requests',
): LatchkeyError {
  return new LatchkeyError(code, { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) });
}

/** Answers refusals as problem details (RFC 9457). Outages and mistakes are the app's to log and to answer. */
export function answerRefusals(thrown: unknown, req: Request, res: Response, next: NextFunction) {
  if (res.headersSent) return next(thrown);
  const error = refusalFrom(thrown);
  if (error.status >= 500) return next(error);
  const { heading, text } = wordsFor(error);
  const { needed, retryAfterSeconds } = error.details;
  noStore(res);
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(retryAfterSeconds));
  const body = {
    ...{ type: 'about:blank', title: heading, status: error.status, detail: text },
    ...{ code: error.code, reference: requestReference(req) },
    ...(needed === undefined ? {} : { needed }),
    ...(error instanceof RequestProblems ? { problems: error.problems } : {}),
  };
  res.status(error.status).type('application/problem+json').send(JSON.stringify(body));
}

/** Parsers say by a status of their own that a body is in a form that nothing here reads. */
function refusalFrom(thrown: unknown): LatchkeyError {
  const isUnread = thrown instanceof Error && 'status' in thrown && thrown.status === 415;
  if (isUnread && !(thrown instanceof LatchkeyError)) {
    return new LatchkeyError('request_malformed', { status: 415, cause: thrown });
  }
  return asLatchkeyError(thrown);
}
