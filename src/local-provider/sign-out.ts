// Signing out at the provider: the page that asks, the shortcut for clients that prove whom they sign out, the end.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { RenderPage } from './views.ts';

type LogoutFeature = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>;

/** The pages of the sign-out endpoint, as oidc-provider calls them. */
export interface SignOutPages {
  readonly renderConfirmation: NonNullable<LogoutFeature['logoutSource']>;
  readonly renderDone: NonNullable<LogoutFeature['postLogoutSuccessSource']>;
}

/** Makes the sign-out pages. */
export function createSignOutPages(render: RenderPage): SignOutPages {
  return {
    async renderConfirmation(ctx) {
      if (provesWhoSignsOut(ctx)) {
        ctx.state.confirmSignOut = true;
        return;
      }
      ctx.body = await render('sign-out', 'Sign out', {
        action: ctx.oidc.urlFor('end_session_confirm'),
        hiddenFields: [
          { name: 'xsrf', value: confirmationSecret(ctx) },
          { name: 'logout', value: 'yes' },
        ],
        clientName: ctx.oidc.client?.clientName ?? null,
      });
    },
    async renderDone(ctx) {
      // People who chose to stay come here as well; ending the session takes its cookie away.
      const stayed = ctx.oidc.cookies.get(ctx.oidc.provider.cookieName('session')) !== undefined;
      const heading = stayed ? 'You are still signed in' : 'You are signed out';
      const text = stayed
        ? 'Your session at this sign-in service goes on.'
        : 'Your session at this sign-in service has ended.';
      ctx.type = 'html';
      ctx.body = await render('failure', heading, { status: 200, heading, text, reference: '' });
    },
  };
}

/**
 * Answers the confirmation in place of the person where there is nothing to ask: the client proved whom it signs out,
 * nobody is signed in, or another person has just entered a password. For the last two the library sends a form that
 * submits itself by an inline script, which would stop people who browse without JavaScript on a bare page.
 */
export function confirmSignOutWithoutAsking(provider: Provider): void {
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next();
    if (ctx.state.confirmSignOut !== true && !isSelfSubmittingForm(ctx)) return;
    const request = confirmationRequest(ctx);
    // The answer of the confirmation replaces this one, cookies included.
    ctx.respond = false;
    ctx.res.removeHeader('Set-Cookie');
    await provider.callback()(request, ctx.res as ServerResponse);
  });
}

/** An id_token_hint that was validated and names the very person who is signed in here. */
function provesWhoSignsOut(ctx: KoaContextWithOIDC): boolean {
  const subject = ctx.oidc.entities.IdTokenHint?.payload.sub;
  return subject !== undefined && subject === ctx.oidc.session?.accountId;
}

function isSelfSubmittingForm(ctx: KoaContextWithOIDC): boolean {
  if (typeof ctx.body !== 'string' || ctx.oidc === undefined) return false;
  if (ctx.oidc.route !== 'resume' && ctx.oidc.route !== 'end_session') return false;
  return (
    ctx.body.includes('document.forms[0].submit()') && ctx.body.includes(`action="${confirmationUrl(ctx)}"`)
  );
}

function confirmationUrl(ctx: KoaContextWithOIDC): string {
  return ctx.oidc.urlFor('end_session_confirm');
}

function confirmationSecret(ctx: KoaContextWithOIDC): string {
  const secret = ctx.oidc.session?.state?.secret;
  if (typeof secret !== 'string') throw new Error('the sign-out confirmation has no secret');
  return secret;
}

/** The POST that the page's form would have sent, with the cookies the browser would have by then. */
function confirmationRequest(ctx: KoaContextWithOIDC): IncomingMessage {
  const body = Buffer.from(new URLSearchParams({ xsrf: confirmationSecret(ctx), logout: 'yes' }).toString());
  const fresh = [ctx.res.getHeader('Set-Cookie') ?? []]
    .flat()
    .map((cookie) => String(cookie).split(';', 1)[0]);
  const headers = {
    ...ctx.req.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.byteLength),
    // The first cookie of a name wins.
    cookie: [...fresh, ctx.req.headers.cookie].filter((part) => part !== undefined && part !== '').join('; '),
  };
  const url = new URL(confirmationUrl(ctx)).pathname;
  const { socket, httpVersion, httpVersionMajor, httpVersionMinor } = ctx.req;
  const request = Readable.from([body], { objectMode: false });
  return Object.assign(request, {
    method: 'POST',
    url,
    headers,
    socket,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
  }) as unknown as IncomingMessage;
}
