// Refusals with a status and no body, for every guard (their handlers for FiefAuthUnauthorized and FiefAuthForbidden).
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

export function createQuietAuth(options: AuthOptions): Auth {
  return createAuth({
    ...options,
    onUnauthenticated: (_req, res, error) => void res.status(error.status).end(),
    onForbidden: (_req, res) => void res.status(403).end(),
  });
}
