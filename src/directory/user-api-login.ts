// Logging in and out by the JSON API.
import type { Request } from 'express';
import { sha256 } from '../crypto/digest.ts';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import { isFromNamedOrigin } from '../http/cross-origin.ts';
import { hasSameOriginProof } from '../http/same-origin.ts';
import { eventContext } from '../identity/event-context.ts';
import { bodyAs, loginBody } from './user-api-body.ts';
import { addressOf, type Handler, type OpenHandler, type UserApiParts } from './user-api-call.ts';
import { tooMany } from './user-api-failures.ts';
import { userView } from './user-view.ts';

const sweepEveryMs = 3_600_000;

/** `POST /login`: needs no login, and takes no notice of one. */
export function logIn(parts: UserApiParts): OpenHandler {
  const { accounts, directory, clock, tokenLifetimeSeconds } = parts.settings;
  const { loginTokens } = directory;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const authenticate = async (req: Request) => {
    const { username, password } = bodyAs(req, loginBody);
    const result = await accounts.authenticate(username, password, addressOf(req));
    if (result.kind === 'ok' && !result.person.disabled) return result;
    const reason = result.kind === 'limited' ? 'limited' : 'credentials';
    parts.emit({ ...eventContext(req), type: 'api_login_refused', reason });
    throw result.kind === 'limited' ? tooMany(result.retryAfterSeconds, 'too_many_tries') : refused();
  };

  return async ({ req, res }) => {
    if (!parts.settings.localLogin) throw new LatchkeyError('not_found');
    const { person, passwordChangedAt } = await authenticate(req);
    const token = randomToken(32);
    const digest = sha256(token);
    const now = clock();
    await loginTokens.add(digest, {
      ...{ personId: person.id, createdAt: now },
      expiresAt: now + tokenLifetimeSeconds * 1000,
    });
    // A password that was changed meanwhile has ended all logins but this one, which the old password began.
    if ((await directory.passwords.find(person.id))?.changedAt !== passwordChangedAt) {
      await loginTokens.remove(digest);
      throw refused();
    }
    if (now - sweptAt >= sweepEveryMs) {
      sweptAt = now;
      // Nobody waits for it; what is left over is refused all the same.
      loginTokens.sweep(now).catch(() => {});
    }
    if (parts.cookie !== null && (hasSameOriginProof(req, parts.cookie.baseUrl) || isFromNamedOrigin(req))) {
      parts.cookie.set(res, token, tokenLifetimeSeconds);
    }
    parts.emit({
      ...eventContext(req),
      type: 'api_login_succeeded',
      personId: person.id,
      subject: person.subject,
    });
    return { user: userView(person), token };
  };
}

/** `DELETE /login` and `DELETE /logout`: the token is gone for good, on every node and after every restart. */
export function logOut({ settings, cookie, emit }: UserApiParts): Handler {
  return async ({ req, res, login }) => {
    // Whoever is signed in by other means signs out where they signed in.
    if (login.tokenDigest === null) throw new LatchkeyError('unauthenticated');
    await settings.directory.loginTokens.remove(login.tokenDigest);
    if (login.via === 'cookie') cookie?.clear(res);
    const { id: personId, subject } = login.person;
    emit({ ...eventContext(req), type: 'api_logout', personId, subject });
    return { status: true };
  };
}

/** One answer for unknown people, wrong passwords and disabled accounts. */
function refused(): LatchkeyError {
  return new LatchkeyError('unauthenticated', { detail: 'user name or password is wrong' });
}
