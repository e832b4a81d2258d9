// Takes access tokens that are told from ID tokens by their `type` claim alone (their userToken, tenantApiToken and so on).
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

export function createVendorAuth(options: AuthOptions): Auth {
  return createAuth({ ...options, accessTokenMarks: ['type'] });
}
