// The step after a temporary password: choosing one of one's own before the login goes on.
import { nameOf } from './claims.ts';
import { finishSignIn } from './finish-sign-in.ts';
import {
  type Interaction,
  type InteractionParts,
  type InteractionVisit,
  interactionPath,
} from './interaction.ts';
import { seeOther, sendPage } from './send-page.ts';
import { busySeconds, busyWords, ifTooBusy, tooBusy } from './too-busy.ts';

/** What is kept in the interaction, on the server, from the right temporary password to the new one. */
interface PendingPassword {
  readonly accountId: string;
  readonly proof: string;
  readonly device: string;
}

const field = 'latchkey_new_password';
const different = 'The two are not the same. Type the new password twice.';
const maxPasswordLength = 1024;

/** Notes that the temporary password was right, and asks for another one. Nobody is signed in by that. */
export async function askForNewPassword(
  parts: InteractionParts,
  { res, interaction, client }: InteractionVisit,
  pending: PendingPassword,
): Promise<void> {
  const { accountId: account } = pending;
  parts.report({ name: 'new_password_needed', detail: { client: client.id, account } });
  // `login` is what would sign somebody in, and it is not in it.
  interaction.result = { [field]: pending };
  await interaction.persist();
  seeOther(res, interactionPath(interaction));
}

/** Whether this sign-in has come to the step. */
export function isAskedForNewPassword(interaction: Interaction): boolean {
  return pendingOf(interaction) !== null;
}

/** Shows the page. */
export async function showNewPassword(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  await sendNewPassword(parts, visit, 200, null);
}

/** Takes the form: a good password is kept and ends the sign-in, anything else shows the page again. */
export async function submitNewPassword(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  const { res, interaction, fields, client } = visit;
  const pending = pendingOf(interaction);
  if (interaction.prompt.name !== 'login' || pending === null) {
    return seeOther(res, interactionPath(interaction));
  }
  const password = fields.get('new_password') ?? '';
  if (password !== fields.get('new_password_again')) return sendNewPassword(parts, visit, 422, different);
  const { accountId, proof, device } = pending;
  const tooLong = password.length > maxPasswordLength;
  const answer = tooLong
    ? ({ kind: 'unsuitable', words: 'This is too long for a password. Choose a shorter one.' } as const)
    : ((await parts.accounts.choosePassword?.(accountId, proof, password).catch(ifTooBusy)) ?? null);
  if (answer === tooBusy) {
    res.setHeader('Retry-After', busySeconds);
    return sendNewPassword(parts, visit, 503, busyWords);
  }
  if (answer !== null && 'kind' in answer) return sendNewPassword(parts, visit, 422, answer.words);
  if (answer === null) {
    // Another password was set meanwhile, or the account is gone: what was entered before counts no more.
    interaction.result = {};
    await interaction.persist();
    return seeOther(res, interactionPath(interaction));
  }
  parts.report({ name: 'new_password_chosen', detail: { client: client.id, account: accountId } });
  await finishSignIn(parts, visit, answer, device);
}

async function sendNewPassword(
  parts: InteractionParts,
  { res, interaction, client }: InteractionVisit,
  status: number,
  error: string | null,
): Promise<void> {
  const account = await parts.accounts.find(pendingOf(interaction)?.accountId ?? '');
  const username = account?.claims.preferred_username;
  const name = account === null ? '' : nameOf(account);
  const html = await parts.render('new-password', 'Choose a new password', {
    action: interactionPath(interaction, 'new-password'),
    abortAction: interactionPath(interaction, 'abort'),
    login: typeof username === 'string' ? username : name,
    error,
    clientName: client.name,
  });
  sendPage(res, status, html);
}

function pendingOf(interaction: Interaction): PendingPassword | null {
  const pending: unknown = interaction.result?.[field];
  return typeof pending === 'object' && pending !== null ? (pending as PendingPassword) : null;
}
