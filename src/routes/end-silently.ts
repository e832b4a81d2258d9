// The callback of a silent sign-in: whatever came of it, the visitor is back on the page they opened.
import type { Request, Response } from 'express';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { CallbackParts } from './callback.ts';
import { type ArrivedCallback, finishLogin } from './finish-login.ts';

/** What providers answer when they would have to show something (OpenID Connect Core section 3.1.2.6). */
const declined: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** Ends a silent sign-in with a redirect to its page. Never rejects, never begins a login, never shows an error. */
export async function endSilently(
  parts: CallbackParts,
  req: Request,
  res: Response,
  callback: ArrivedCallback,
  transaction: Transaction | null,
): Promise<void> {
  try {
    if (await parts.hasSession(req)) {
      // Somebody signed in meanwhile and meant to; what was tried without asking gives way.
      if (transaction !== null) parts.transactions.remove(res, transaction.id);
      parts.emit({ ...parts.contextOf(req), type: 'login_healed', how: 'continued' });
    } else if (transaction === null) {
      throw new LatchkeyError('login_expired', {
        detail: 'it took too long, or its cookie did not come back',
      });
    } else {
      await finishLogin(parts, req, res, callback, transaction);
    }
  } catch (thrown) {
    report(parts, req, asLatchkeyError(thrown));
  }
  const back = transaction?.returnTo ?? parts.site.judge(callback.opened.returnTo);
  res.redirect(303, parts.silent.wayBack(req, back));
}

function report(parts: CallbackParts, req: Request, { code, message, details }: LatchkeyError): void {
  const { providerError } = details;
  const context = parts.contextOf(req);
  if (providerError !== undefined && declined.has(providerError)) {
    parts.emit({ ...context, type: 'silent_login_declined', providerError });
  } else {
    const more = providerError === undefined ? {} : { providerError };
    parts.emit({ ...context, type: 'silent_login_failed', code, detail: message, ...more });
  }
}
