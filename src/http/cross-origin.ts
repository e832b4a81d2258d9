// CORS for the few origins that may call with credentials, and the note that a request came from one of them.
import type { IncomingMessage } from 'node:http';
import cors from 'cors';
import type { RequestHandler } from 'express';
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { createNote } from '../request-notes.ts';

const fromNamedOrigin = createNote<true>();

/** Whether {@link crossOrigin} stands before this route and the request comes from one of its origins. */
export function isFromNamedOrigin(req: IncomingMessage): boolean {
  return fromNamedOrigin.get(req) === true;
}

/** What a browser may send across origins, beside what needs no asking. */
const allowedHeaders = ['Authorization', 'Content-Type', 'X-Api-Key', 'traceparent', 'tracestate'];
/** What a script of another origin may read. */
const exposedHeaders = ['WWW-Authenticate', 'Retry-After'];

/**
 * Lets pages of these origins call the routes behind it with cookies or an Authorization header (CORS, Fetch
 * standard). Mount it before the guards, on API paths alone: on them a named origin is trusted as one's own, so its
 * requests pass the same-origin proof.
 * @param origins - exact origins such as `https://app.example.com`; none means that nothing is allowed
 * @throws ConfigurationError for a wildcard, `null`, a path or anything else that is not an exact origin
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const problems = originProblems(origins);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const named = new Set(origins);
  const answer = cors({
    origin: [...named],
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders,
    exposedHeaders,
    maxAge: 600,
    optionsSuccessStatus: 204,
  });
  return (req, res, next) => {
    if (named.size === 0) return next();
    const { origin } = req.headers;
    if (origin === undefined || !named.has(origin)) {
      // Nothing is allowed, and nothing is said but that caches must keep the answers apart.
      res.vary('Origin');
      return next();
    }
    fromNamedOrigin.set(req, true);
    answer(req, res, next);
  };
}

/** What is wrong with a list of origins, one entry each. */
export function originProblems(origins: readonly string[]): readonly ConfigurationProblem[] {
  const mend = 'Give exact origins: scheme, host and port where it is not the usual one, and nothing after.';
  return origins.flatMap((origin) => {
    const url = URL.parse(origin);
    if (url !== null && /^https?:$/.test(url.protocol) && url.origin === origin && !origin.includes('*'))
      return [];
    return [
      { name: 'origins', problem: `${JSON.stringify(origin.slice(0, 100))} is no exact origin.`, mend },
    ];
  });
}
