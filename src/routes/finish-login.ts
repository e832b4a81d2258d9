// Uses up a login in flight: its code goes to the provider once, and the session begins.
import type { Request, Response } from 'express';
import { sha256 } from '../crypto/digest.ts';
import { isStateOf, type OpenedState, type Transaction } from '../transaction/transaction.ts';
import type { CallbackParts } from './callback.ts';
import { malformed } from './callback-url.ts';

/** A callback that has been read: its address, its state, and what that says. */
export interface ArrivedCallback {
  readonly url: URL;
  readonly state: string;
  readonly opened: OpenedState;
}

/**
 * Finishes a login.
 * @returns false when another copy of the same callback does it, or has done it
 */
export async function finishLogin(
  parts: CallbackParts,
  req: Request,
  res: Response,
  { url, state }: ArrivedCallback,
  transaction: Transaction,
): Promise<boolean> {
  if (!isStateOf(state, transaction) || transaction.issuer !== parts.provider.issuer) {
    throw malformed('the state or issuer is not that of this login');
  }
  const mine = await parts.once.run(sha256(state), async () => {
    // Used up from here on, whatever comes of it: a code is sent to the provider once.
    parts.transactions.remove(res, transaction.id);
    const result = await parts.provider.finishLogin(url, { ...transaction, state, scope: parts.scope });
    await parts.start(req, res, result);
    const { issuer } = transaction;
    const seconds = Math.max(0, Math.round((parts.clock() - transaction.startedAt) / 100) / 10);
    const { subject } = result;
    parts.emit({ ...parts.contextOf(req), type: 'login_succeeded', issuer, subject, seconds });
  });
  if (!mine) parts.transactions.remove(res, transaction.id);
  return mine;
}
