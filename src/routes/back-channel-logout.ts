// POST /backchannel-logout: the provider tells us by itself that somebody signed out there.
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { OnceBackend } from '../config/session-stores.ts';
import { sha256 } from '../crypto/digest.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import { type AuthEvent, type Emit, type EventContext, failureEvent } from '../events.ts';
import { noStore } from '../http/no-store.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import type { LogoutToken } from '../provider/check-logout-token.ts';
import type { EndByIndex } from '../session/end-by-index.ts';

/** What the back channel needs. */
export interface BackChannelParts {
  /** Rejects with `logout_token_invalid`, or with the failure to get the provider's keys. */
  readonly checkLogoutToken: (token: string) => Promise<LogoutToken>;
  readonly once: OnceBackend;
  readonly endByIndex: EndByIndex;
  readonly limits: RequestLimits;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

const bodyType = 'application/x-www-form-urlencoded';
const readBody = express.urlencoded({ extended: false, inflate: false, limit: '32kb', parameterLimit: 20 });

/** Longer than a logout token is taken for: one of more than ten minutes is refused by its age. */
const replaySeconds = 15 * 60;

/**
 * Makes the route. The signed token is the only credential: cookies and origin play no part, so no cookie is read
 * or set. Answers are those of OpenID Connect Back-Channel Logout section 2.8; success is exactly 200.
 */
export function backChannelLogoutRoute(parts: BackChannelParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    try {
      const token = await parts.checkLogoutToken(await readLogoutToken(req, res));
      await endOnce(parts, req, token);
      res.status(200).end();
    } catch (thrown) {
      await refuse(parts, req, res, asLatchkeyError(thrown));
    }
  };
}

/** Noted as used after the work and not before: when the store fails on the way, the provider may try again. */
async function endOnce({ once, endByIndex, contextOf }: BackChannelParts, req: Request, token: LogoutToken) {
  const { issuer, subject, sid, jti, issuedAt } = token;
  const key = `logout:${sha256(JSON.stringify([issuer, jti]))}`;
  if (await once.isFinished(key)) {
    throw new LatchkeyError('logout_token_invalid', { detail: 'logout token: it was used before' });
  }
  const wish = { issuer, subject, sid, reason: 'back_channel', endedAt: issuedAt * 1000 } as const;
  await endByIndex(wish, contextOf(req));
  await once.finish(key, replaySeconds);
}

async function readLogoutToken(req: Request, res: Response): Promise<string> {
  if (req.method !== 'POST') {
    res.setHeader('Allow', 'POST');
    throw new LatchkeyError('method_not_allowed');
  }
  const [type = ''] = (req.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== bodyType) {
    throw new LatchkeyError('request_malformed', { status: 415, detail: `the body is not ${bodyType}` });
  }
  await new Promise<void>((resolve, reject) => {
    readBody(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  const token: unknown = req.body?.logout_token;
  if (typeof token !== 'string' || token === '') {
    throw new LatchkeyError('request_malformed', { detail: 'there is not exactly one logout_token' });
  }
  return token;
}

/**
 * Refused ones are counted, and a token is looked at however many were: whatever garbage comes from the provider's
 * address or through its proxy, its own logouts are carried out. Past the limit garbage is not logged one by one.
 */
async function refuse(parts: BackChannelParts, req: Request, res: Response, error: LatchkeyError) {
  const { code, message: detail } = error;
  const refused = error.status < 500;
  const tooMany = refused ? await parts.limits.refuse('logout', req, { part: ' back' }) : null;
  if (tooMany !== null) {
    res.setHeader('Retry-After', String(tooMany.details.retryAfterSeconds));
    const words = 'Too many logout tokens from this address were refused.';
    res.status(tooMany.status).json({ error: 'invalid_request', error_description: words });
    return;
  }
  const event: AuthEvent = refused ? { type: 'back_channel_refused', code, detail } : failureEvent(error);
  parts.emit({ ...parts.contextOf(req), ...event });
  // Whatever keeps us from deciding is ours or passes: the provider may try again.
  if (!refused) res.setHeader('Retry-After', String(error.details.retryAfterSeconds ?? 5));
  res.status(refused ? error.status : 503).json({
    error: refused ? 'invalid_request' : 'temporarily_unavailable',
    error_description: refused ? wordsFor(code) : 'The logout could not be carried out now. Try again.',
  });
}

/** Why exactly is in the log: a forger is told no more than that it did not work. */
function wordsFor(code: string): string {
  if (code === 'logout_token_invalid') return 'The logout token failed a check.';
  if (code === 'method_not_allowed') return 'Logout tokens are taken by POST.';
  return `Send exactly one logout_token as ${bodyType}, of at most 32 KB in all.`;
}
