// Turns oidc-provider's events into ours: names, ids and reasons, never a token.
import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { requestReference } from '../http/request-id.ts';
import type { LocalProviderListener } from './options.ts';

const errorEvents = [
  'authorization.error',
  'end_session.error',
  'end_session_confirm.error',
  'grant.error',
  'introspection.error',
  'pushed_authorization_request.error',
  'revocation.error',
  'server_error',
  'userinfo.error',
] as const;

/** Subscribes to everything that an operator may ask about. */
export function reportProviderEvents(provider: Provider, report: LocalProviderListener): void {
  // The declared overloads of `on` take one event name each, so a list of them needs the plain emitter.
  const emitter: EventEmitter = provider;
  for (const event of errorEvents) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: Error) => {
      report({ name: event.replaceAll('.', '_'), detail: describe(ctx, error) });
    });
  }
  provider.on('authorization.success', (ctx) => {
    report({ name: 'authorization_succeeded', detail: { client: ctx.oidc.client?.clientId } });
  });
  provider.on('end_session.success', (ctx) => {
    report({ name: 'signed_out', detail: { client: ctx.oidc.client?.clientId ?? null } });
  });
  provider.on('backchannel.success', (_ctx, client, accountId) => {
    report({ name: 'backchannel_logout_sent', detail: { client: client.clientId, account: accountId } });
  });
  provider.on('backchannel.error', (_ctx, error, client, accountId) => {
    const detail = { client: client.clientId, account: accountId, reason: reasonOf(error) };
    report({ name: 'backchannel_logout_failed', detail });
  });
}

function describe(ctx: KoaContextWithOIDC, error: Error): Record<string, unknown> {
  return {
    client: ctx.oidc?.client?.clientId ?? null,
    error: error.message,
    // The real reason; what the client is told is deliberately vague.
    reason: 'error_detail' in error ? error.error_detail : reasonOf(error),
    reference: requestReference(ctx.req),
  };
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
