// The pages for what went wrong: what happened and a reference, never internals. The next step is in the view.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration } from 'oidc-provider';
import { requestReference } from '../http/request-id.ts';
import { sendPage } from './send-page.ts';
import type { RenderPage } from './views.ts';

/** Why a page could not be shown. */
export type FailureReason =
  | 'expired'
  | 'redirect_not_registered'
  | 'client_unknown'
  | 'request_refused'
  | 'cross_site'
  | 'form_unreadable'
  | 'not_found'
  | 'wrong_address'
  | 'unavailable';

interface FailureWords {
  readonly status: number;
  readonly heading: string;
  readonly text: string;
}

const wordsByReason: Record<FailureReason, FailureWords> = {
  expired: {
    status: 400,
    heading: 'This sign-in has ended',
    text: 'It took too long, or it was finished or begun anew in another tab.',
  },
  redirect_not_registered: {
    status: 400,
    heading: 'This sign-in link cannot be used',
    text: 'It asks to send you to an address that is not registered for the application, so nothing was sent there.',
  },
  client_unknown: {
    status: 400,
    heading: 'This application is not known here',
    text: 'The link names an application that is not registered with this sign-in service.',
  },
  request_refused: {
    status: 400,
    heading: 'This sign-in request cannot be used',
    text: 'The application asked for something that this sign-in service does not do.',
  },
  cross_site: {
    status: 403,
    heading: 'This form was sent from another site',
    text: 'To protect you, only forms on the pages of this sign-in service are accepted.',
  },
  form_unreadable: {
    status: 400,
    heading: 'This form could not be read',
    text: 'It was too large, or not what the page sends.',
  },
  not_found: {
    status: 404,
    heading: 'There is no page here',
    text: 'This is a sign-in service. Applications send you here when you sign in.',
  },
  wrong_address: {
    status: 421,
    heading: 'This sign-in service has another address',
    text: 'It answers only under the address it was set up with.',
  },
  unavailable: {
    status: 500,
    heading: 'Signing in does not work right now',
    text: 'Something broke on our side. Nothing that you did was wrong.',
  },
};

/** Shows failures. */
export interface FailurePages {
  /** Sends a failure page; `status` replaces the reason's own. */
  send(req: IncomingMessage, res: ServerResponse, reason: FailureReason, status?: number): Promise<void>;
  /** For oidc-provider: its errors that cannot be sent to a client. */
  readonly renderError: NonNullable<Configuration['renderError']>;
}

/** Makes the failure pages. */
export function createFailurePages(render: RenderPage): FailurePages {
  const html = (req: IncomingMessage, words: FailureWords): Promise<string> =>
    render('failure', words.heading, { ...words, reference: requestReference(req) });

  return {
    async send(req, res, reason, status) {
      const words = { ...wordsByReason[reason], ...(status === undefined ? {} : { status }) };
      sendPage(res, words.status, await html(req, words));
    },
    async renderError(ctx, out, error) {
      const words = { ...wordsByReason[reasonFor(out.error, error)], status: ctx.status };
      ctx.set('Cache-Control', 'no-store');
      ctx.type = 'html';
      ctx.body = await html(ctx.req, words);
    },
  };
}

function reasonFor(code: string, error: Error): FailureReason {
  if (error.name === 'SessionNotFound') return 'expired';
  if (code === 'invalid_redirect_uri') return 'redirect_not_registered';
  if (code === 'invalid_client') return 'client_unknown';
  if (code === 'server_error') return 'unavailable';
  return 'request_refused';
}
