// The sign-in page and its form.
import { nameOf } from './claims.ts';
import { deviceOf } from './device-cookie.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { type InteractionParts, type InteractionVisit, interactionPath } from './interaction.ts';
import { askForNewPassword, isAskedForNewPassword, showNewPassword } from './new-password.ts';
import { seeOther, sendPage } from './send-page.ts';
import { busySeconds, busyWords, ifTooBusy, tooBusy } from './too-busy.ts';

/** One message for an unknown name and a wrong password: the page must not tell who has an account. */
const wrongPassword = 'That name and password do not belong together. Check both and try again.';
const maxLoginLength = 256;
const maxPasswordLength = 1024;

/** Shows the sign-in page, or the one of the step that has been reached. */
export async function showSignIn(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  if (isAskedForNewPassword(visit.interaction)) return showNewPassword(parts, visit);
  await sendSignIn(parts, visit, 200, null);
}

/** Takes the form: the right password ends this part of the interaction, anything else shows the page again. */
export async function submitSignIn(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  const { req, res, interaction, client, fields } = visit;
  // The page of an earlier step, sent again by the back button: show the step that is due.
  if (interaction.prompt.name !== 'login') return seeOther(res, interactionPath(interaction));
  const login = fields.get('login')?.trim() ?? '';
  const password = fields.get('password') ?? '';
  if (login.length > maxLoginLength || password.length > maxPasswordLength) {
    return sendSignIn(parts, visit, 422, wrongPassword);
  }

  const { address } = visit;
  const waitSeconds = parts.limit?.begin(login, address) ?? 0;
  if (waitSeconds > 0) return sendLimited(parts, visit, waitSeconds);

  const device = deviceOf(req);
  const answer = await parts.accounts.authenticate(login, password, { address, device }).catch(ifTooBusy);
  if (answer === tooBusy) {
    res.setHeader('Retry-After', busySeconds);
    return sendSignIn(parts, visit, 503, busyWords);
  }
  if (answer === null) {
    parts.report({ name: 'sign_in_failed', detail: { client: client.id, address } });
    return sendSignIn(parts, visit, 422, wrongPassword);
  }
  if ('kind' in answer && answer.kind === 'limited') {
    return sendLimited(parts, visit, answer.retryAfterSeconds);
  }
  parts.limit?.succeed(login, address);
  if (!('kind' in answer)) return finishSignIn(parts, visit, answer, device);
  return askForNewPassword(parts, visit, { accountId: answer.account.id, proof: answer.proof, device });
}

async function sendLimited(
  parts: InteractionParts,
  visit: InteractionVisit,
  waitSeconds: number,
): Promise<void> {
  const { address, client, res } = visit;
  parts.report({ name: 'sign_in_limited', detail: { client: client.id, address, waitSeconds } });
  res.setHeader('Retry-After', waitSeconds);
  return sendSignIn(parts, visit, 429, `Too many tries. Wait ${inWords(waitSeconds)}, then try again.`);
}

async function sendSignIn(
  parts: InteractionParts,
  visit: InteractionVisit,
  status: number,
  error: string | null,
): Promise<void> {
  const { res, interaction, client, fields } = visit;
  const signedInId = interaction.session?.accountId;
  const signedIn = signedInId === undefined ? null : await parts.accounts.find(signedInId);
  const hint = interaction.params.login_hint;
  const username = signedIn?.claims.preferred_username;
  const prefill = [fields.get('login'), hint, username].find((value) => typeof value === 'string');
  const html = await parts.render('sign-in', 'Sign in', {
    action: interactionPath(interaction, 'sign-in'),
    abortAction: interactionPath(interaction, 'abort'),
    login: typeof prefill === 'string' ? prefill.slice(0, maxLoginLength) : '',
    error,
    loginHintAccount: signedIn === null ? undefined : nameOf(signedIn),
    demoHints: parts.demoHints,
    clientName: client.name,
    stepUp: signedIn !== null,
  });
  sendPage(res, status, html);
}

function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'one minute' : `${minutes} minutes`;
}
