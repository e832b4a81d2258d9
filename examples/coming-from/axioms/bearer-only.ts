// An API that takes access tokens and signs nobody in: no secret of a client, and no sessions that have to be kept.
import { type Auth, createAuth, randomToken } from 'latchkey';
import { memorySessions } from 'latchkey/embedded';

export function createApiAuth(issuer: string, audience: string, baseUrl: string): Auth {
  return createAuth({
    issuer,
    audience,
    baseUrl,
    clientId: audience,
    clientAuth: 'none',
    sessionSecret: randomToken(48),
    sessions: memorySessions(),
  });
}
