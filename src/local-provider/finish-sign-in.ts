// The end of a sign-in: the right password was entered, and the login goes on.
import { systemClock } from '../clock.ts';
import { keepDevice } from './device-cookie.ts';
import type { InteractionParts, InteractionVisit } from './interaction.ts';
import { acrOfPassword } from './login-policy.ts';
import type { LocalAccount } from './options.ts';

/** Hands the person over to the authorization request that waits for them. */
export async function finishSignIn(
  parts: InteractionParts,
  visit: InteractionVisit,
  account: LocalAccount,
  device: string,
): Promise<void> {
  const { req, res, client } = visit;
  parts.report({ name: 'sign_in_succeeded', detail: { client: client.id, account: account.id } });
  // Where the provider counts failures itself, it knows no browser again.
  if (parts.limit === null) keepDevice(res, device, parts.provider.issuer.startsWith('https:'));
  // The time is fixed now: the result is applied again after a consent page, which must not move auth_time.
  const ts = Math.floor(systemClock() / 1000);
  const result = { login: { accountId: account.id, acr: acrOfPassword, amr: ['pwd'], ts } };
  await parts.provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}
