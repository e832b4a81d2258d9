// The routes of our own pages, and the checks that each of them shares.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from 'oidc-provider';
import { hasSameOriginProof } from '../http/same-origin.ts';
import { showConsent, submitAbort, submitConsent } from './consent.ts';
import { readForm } from './form-body.ts';
import type { Interaction, InteractionParts, InteractionVisit } from './interaction.ts';
import { submitNewPassword } from './new-password.ts';
import { showSignIn, submitSignIn } from './sign-in.ts';

type Handler = (parts: InteractionParts, visit: InteractionVisit) => Promise<void>;

const pages: Record<string, Handler> = { login: showSignIn, consent: showConsent };
const forms: Record<string, Handler> = {
  'sign-in': submitSignIn,
  'new-password': submitNewPassword,
  consent: submitConsent,
  abort: submitAbort,
};
const route = /^\/interaction\/([\w-]+)(?:\/(sign-in|new-password|consent|abort))?$/;

/** Answers requests to the pages of an interaction. False: the address is none of them, and nothing was sent. */
export function createInteractionRoutes(parts: InteractionParts, origin: URL) {
  const { failurePages } = parts;

  const answerGet = async (
    req: IncomingMessage,
    res: ServerResponse,
    uid: string,
    address: string,
  ): Promise<void> => {
    const interaction = await findInteraction(parts, req, res, uid);
    const page = interaction === null ? undefined : pages[interaction.prompt.name];
    if (interaction === null || page === undefined) return failurePages.send(req, res, 'expired');
    await page(
      parts,
      await visitOf(parts, { req, res, interaction, address, fields: new URLSearchParams() }),
    );
  };

  const answerPost = async (
    req: IncomingMessage,
    res: ServerResponse,
    uid: string,
    address: string,
    form: Handler,
  ): Promise<void> => {
    // Before the cookie is looked at: a form from another site must not even tell if a sign-in is in progress.
    if (!hasSameOriginProof(req, origin)) return failurePages.send(req, res, 'cross_site');
    const body = await readForm(req);
    if (!body.ok) {
      // The rest of the body was not read, so the connection cannot be used again.
      res.setHeader('Connection', 'close');
      return failurePages.send(req, res, 'form_unreadable', body.status);
    }
    const interaction = await findInteraction(parts, req, res, uid);
    if (interaction === null) return failurePages.send(req, res, 'expired');
    await form(parts, await visitOf(parts, { req, res, interaction, address, fields: body.fields }));
  };

  return async (req: IncomingMessage, res: ServerResponse, url: URL, address: string): Promise<boolean> => {
    const [, uid, action] = route.exec(url.pathname) ?? [];
    if (uid === undefined) return false;
    const form = action === undefined ? undefined : forms[action];
    const allowed = form === undefined ? ['GET', 'HEAD'] : ['POST'];
    if (!allowed.includes(req.method ?? '')) {
      res.setHeader('Allow', allowed.join(', '));
      await failurePages.send(req, res, 'not_found', 405);
    } else if (form === undefined) {
      await answerGet(req, res, uid, address);
    } else {
      await answerPost(req, res, uid, address, form);
    }
    return true;
  };
}

/** The interaction this browser is in, or null when it has ended or is not the one in the address. */
async function findInteraction(
  parts: InteractionParts,
  req: IncomingMessage,
  res: ServerResponse,
  uid: string,
): Promise<Interaction | null> {
  try {
    const interaction = await parts.provider.interactionDetails(req, res);
    return interaction.uid === uid ? interaction : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

async function visitOf(
  parts: InteractionParts,
  visit: Omit<InteractionVisit, 'client'>,
): Promise<InteractionVisit> {
  const id = String(visit.interaction.params.client_id);
  const client = await parts.provider.Client.find(id);
  return { ...visit, client: { id, name: client?.clientName ?? id } };
}
