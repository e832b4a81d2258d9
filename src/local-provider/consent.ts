// The consent page and its form.
import { nameOf } from './claims.ts';
import { extendGrant, grantWhatIsAsked, readAskedFor } from './grants.ts';
import { type InteractionParts, type InteractionVisit, interactionPath } from './interaction.ts';
import { seeOther, sendPage } from './send-page.ts';

/** Shows what the client asks for. */
export async function showConsent(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  const { res, interaction, client } = visit;
  const account = await parts.accounts.find(interaction.session?.accountId ?? '');
  const { scopes } = readAskedFor(interaction.params);
  const html = await parts.render('consent', `Allow ${client.name}?`, {
    action: interactionPath(interaction, 'consent'),
    abortAction: interactionPath(interaction, 'abort'),
    clientName: client.name,
    accountName: account === null ? '' : nameOf(account),
    scopes: scopes
      .filter((scope) => parts.catalogue.scopes.includes(scope))
      .map((code) => ({ code, words: parts.catalogue.wordsFor(code) })),
  });
  sendPage(res, 200, html);
}

/** Takes the yes: everything that the page listed is granted. */
export async function submitConsent(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  const { req, res, interaction, client } = visit;
  const accountId = interaction.session?.accountId;
  if (interaction.prompt.name !== 'consent' || accountId === undefined) {
    return seeOther(res, interactionPath(interaction));
  }
  const { Grant } = parts.provider;
  const known = interaction.grantId === undefined ? undefined : await Grant.find(interaction.grantId);
  const grant = known ?? new Grant({ accountId, clientId: client.id });
  grantWhatIsAsked(grant, interaction.params, parts.catalogue);
  extendGrant(grant, parts.grantSeconds);
  const grantId = await grant.save();
  parts.report({ name: 'consent_given', detail: { client: client.id, account: accountId } });
  // Merged, so that the sign-in of a moment ago still counts as done for this request.
  const result = { consent: { grantId } };
  await parts.provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

/** Takes the no, of this page and of the sign-in page. */
export async function submitAbort(parts: InteractionParts, visit: InteractionVisit): Promise<void> {
  const { req, res, interaction, client } = visit;
  parts.report({ name: 'sign_in_cancelled', detail: { client: client.id, step: interaction.prompt.name } });
  const result = { error: 'access_denied', error_description: 'The person said no.' };
  await parts.provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}
