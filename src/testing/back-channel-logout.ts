// Sends a logout token to a client's back channel, as a provider does when somebody signs out there.
import { randomId } from '../crypto/random.ts';
import { signJwt } from './provider/keys.ts';
import type { OpenProvider } from './provider/open-provider.ts';
import type { Json, TestClient } from './provider/types.ts';

/** Who signed out, and whom to tell. At least one of `sub` and `sid`. */
export interface BackChannelLogout {
  /** The client's back-channel address: `session.url('/backchannel-logout')`. */
  readonly to: string | URL;
  /** The person: ends all of their sessions there, or the one of `sid`. */
  readonly sub?: string;
  /** One login, as `logins()` lists it. */
  readonly sid?: string;
  /** Default: the provider's first client. */
  readonly clientId?: string;
  /** Over the claims of a good token; one that is `undefined` is left out. */
  readonly claims?: Json;
  /** Over the header of a good token. */
  readonly header?: Json;
}

/** What the `events` of a logout token hold. */
export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** The claims of a good logout token (OpenID Connect Back-Channel Logout section 2.4). */
export const logoutClaims = (issuer: string, aud: string, now: number, about: Json): Json => ({
  ...{ iss: issuer, aud, iat: now, exp: now + 120, jti: randomId() },
  events: { [logoutEvent]: {} },
  ...about,
});

/** Signs the token, posts it, and gives the client's answer. */
export const sendBackChannelLogout = async (
  opened: OpenProvider,
  client: TestClient,
  { to, sub, sid, clientId = client.clientId, claims = {}, header = {} }: BackChannelLogout,
): Promise<Response> => {
  if (sub === undefined && sid === undefined && Object.keys(claims).length === 0) {
    throw new TypeError('sendBackChannelLogout needs a sub or a sid: who signed out?');
  }
  const about = { ...(sub === undefined ? {} : { sub }), ...(sid === undefined ? {} : { sid }), ...claims };
  const token = await signJwt(
    opened.keys.current,
    logoutClaims(opened.issuer, clientId, opened.nowSeconds(), about),
    { typ: 'logout+jwt', ...header },
  );
  return fetch(to, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ logout_token: token }),
  });
};
