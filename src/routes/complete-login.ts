// Makes the session record and the token set out of a finished login, and starts the session.
import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Emit, EventContext } from '../events.ts';
import { keptUserAgent } from '../http/user-agent.ts';
import { type AuthorizationRules, identityFrom } from '../identity/identity.ts';
import type { LoginResult } from '../provider/login-result.ts';
import type { ClaimsCache } from '../session/claims-cache.ts';
import { refreshTime, type SessionRecord } from '../session/record.ts';
import type { StartSession } from '../session/start-session.ts';
import type { AskDirectory } from './ask-directory.ts';
import type { LoginPlace } from './login-place.ts';

/** What completing a login needs. */
export interface CompleteLoginParts {
  readonly issuer: string;
  readonly rules: AuthorizationRules;
  readonly startSession: StartSession;
  readonly placeOf: LoginPlace;
  readonly askDirectory: AskDirectory;
  readonly cache: ClaimsCache;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createCompleteLogin(parts: CompleteLoginParts) {
  return async (req: Request, res: Response, result: LoginResult): Promise<void> => {
    const { issuer, rules, clock } = parts;
    const now = clock();
    const expiresAt = now + result.expiresInSeconds * 1000;
    const sources = {
      idToken: result.idTokenClaims,
      accessToken: result.accessTokenClaims,
      userinfo: result.userinfo,
    };
    const identity = identityFrom(result.subject, sources, rules);
    if (identity.trimmedFrom !== null) {
      const event = { type: 'claims_trimmed', subject: result.subject, bytes: identity.trimmedFrom } as const;
      parts.emit({ ...parts.contextOf(req), ...event });
    }
    const begun: SessionRecord = {
      v: 1,
      issuer,
      subject: result.subject,
      user: identity.user,
      userAt: now,
      scope: result.scope,
      permissions: identity.permissions,
      roles: identity.roles,
      local: null,
      acr: result.acr,
      amr: result.amr,
      authTime: result.authTime,
      providerSession: result.providerSession,
      startedAt: now,
      device: keptUserAgent(req.headers['user-agent']),
      place: await parts.placeOf(req),
      tokenHash: sha256(result.accessToken.reveal()),
      tokenExpiresAt: expiresAt,
      refreshAt: result.refreshToken === null ? null : refreshTime(now, result.expiresInSeconds),
      previousTokenHash: null,
      previousUntil: 0,
    };
    const { accessToken, refreshToken, idToken } = result;
    const accessTokenChecked = result.accessTokenClaims !== null;
    const tokens = { issuer, accessToken, refreshToken, idToken, accessTokenChecked, expiresAt };
    const record = { ...begun, local: await parts.askDirectory(begun, tokens, parts.contextOf(req)) };
    await parts.startSession(req, res, record, tokens, Number(result.idTokenClaims.iat) * 1000);
    if (result.userinfo !== null) parts.cache.write(record, { claims: result.userinfo, at: now });
  };
}
