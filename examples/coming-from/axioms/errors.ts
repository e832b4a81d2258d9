// Errors as two fields of JSON and a challenge, and nothing else (their handler for AxiomsError).
import { type Auth, type AuthOptions, createAuth, type RefusalHandler } from 'latchkey';

const asOAuthError: RefusalHandler = (_req, res, error) => {
  const { error: code, description } = error.details.oauthError ?? {
    error: 'invalid_token',
    description: 'There is no access token',
  };
  res.set('WWW-Authenticate', `Bearer realm="api", error="${code}", error_description="${description}"`);
  res.status(error.status).json({ error: code, error_description: description });
};

export function createPlainAuth(options: AuthOptions): Auth {
  return createAuth({ ...options, onUnauthenticated: asOAuthError, onForbidden: asOAuthError });
}
