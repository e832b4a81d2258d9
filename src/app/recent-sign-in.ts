// What changes somebody's rights, keys or account asks for a sign-in that is not long ago.
import type { RequestHandler } from 'express';
import type { Auth } from '../index.ts';
import type { AppDirectory } from './app-directory.ts';

const usualSeconds = 900;

/** Stands behind the guard. Looking is free; who changes something with an older session signs in again first. */
export function recentForChanges(
  auth: Auth,
  directory: Pick<AppDirectory, 'changeMaxAgeSeconds'>,
): RequestHandler {
  const recent = auth.requires({ maxAge: directory.changeMaxAgeSeconds ?? usualSeconds });
  return (req, res, next) => (/^(?:POST|DELETE)$/.test(req.method) ? recent(req, res, next) : next());
}
