// Grants: what a person has allowed a client, and the first-party clients that need not ask.
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { systemClock } from '../clock.ts';
import type { ScopeCatalogue } from './scopes.ts';

/** A grant of oidc-provider, which does not export the type. */
export type Grant = InstanceType<Provider['Grant']>;

/** The part of an authorization request that a grant answers. */
export interface AskedFor {
  readonly scope?: unknown;
  readonly resource?: unknown;
}

/** The scopes and resources in the parameters of an authorization request. */
export function readAskedFor(params: AskedFor): { scopes: string[]; resources: string[] } {
  const scopes =
    typeof params.scope === 'string' ? params.scope.split(' ').filter((scope) => scope !== '') : [];
  const resources = [params.resource].flat().filter((resource) => typeof resource === 'string');
  return { scopes, resources };
}

/** Adds everything a request asks for to a grant. Scopes that do not exist are left out. */
export function grantWhatIsAsked(grant: Grant, params: AskedFor, catalogue: ScopeCatalogue): void {
  const { scopes, resources } = readAskedFor(params);
  grant.addOIDCScope(scopes.filter((scope) => catalogue.scopes.includes(scope)));
  for (const resource of resources) {
    const offered = catalogue.apiFor(resource)?.scopes ?? [];
    const granted = scopes.filter((scope) => offered.includes(scope));
    if (granted.length > 0) grant.addResourceScope(resource, granted);
  }
}

/**
 * Loads the grant of this browser session and client. For a first-party client it is made or widened on the spot, so
 * that no consent page comes, unless the client asked for one.
 *
 * Refresh tokens die with their grant and stop working when the session's grant changes, so the existing one is kept
 * and its life extended rather than a new one made per login.
 */
export function createLoadExistingGrant(
  firstPartyClientIds: ReadonlySet<string>,
  catalogue: ScopeCatalogue,
  grantSeconds: number,
): NonNullable<Configuration['loadExistingGrant']> {
  return async (ctx) => {
    const { client, session, account, provider } = ctx.oidc;
    if (client === undefined || session === undefined || account === undefined) return undefined;
    const known = await findGrant(ctx, consentedGrantId(ctx) ?? session.grantIdFor(client.clientId));
    const mayUse = known?.accountId === account.accountId && known.clientId === client.clientId;
    if (!firstPartyClientIds.has(client.clientId) || ctx.oidc.promptPending('consent'))
      return mayUse ? known : undefined;

    const grant = mayUse
      ? known
      : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grantWhatIsAsked(grant, ctx.oidc.params ?? {}, catalogue);
    extendGrant(grant, grantSeconds);
    await grant.save();
    return grant;
  };
}

/** Lets a grant live for another `seconds` from now; takes effect when it is saved. */
export function extendGrant(grant: Grant, seconds: number): void {
  grant.exp = Math.floor(systemClock() / 1000) + seconds;
}

function consentedGrantId(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.result?.consent?.grantId;
}

async function findGrant(ctx: KoaContextWithOIDC, grantId: string | undefined): Promise<Grant | undefined> {
  return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
}
