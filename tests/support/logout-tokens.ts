// What a provider sends when somebody signs out there: logout tokens, good ones and bent ones, and their delivery.
import { expect } from 'vitest';
import { logoutClaims as claimsOf } from '../../src/testing/back-channel-logout.ts';
import type { AppWorld } from './app-world.ts';
import type { BrowserClient } from './browser-client.ts';
import type { Json } from './scripted-provider/types.ts';
import { type ScriptedProvider, testClient } from './scripted-provider.ts';

export { logoutEvent } from '../../src/testing/back-channel-logout.ts';

/** The claims of a good token about a person; a change that is `undefined` takes the claim out. */
export const logoutClaims = (provider: ScriptedProvider, changes: Json = {}): Json =>
  claimsOf(provider.issuer, testClient.clientId, provider.nowSeconds(), { sub: 'user-ada', ...changes });

/** A good token, signed, with `logout+jwt` as its type. */
export const logoutToken = (
  provider: ScriptedProvider,
  changes: Json = {},
  header: Json = {},
): Promise<string> => provider.sign(logoutClaims(provider, changes), { typ: 'logout+jwt', ...header });

/** The provider's own session ids of the logins so far, the newest last. */
export const sidsAt = (provider: ScriptedProvider): readonly string[] => [
  ...new Set([...provider.memory.accessTokens.values()].map(({ sid }) => sid)),
];

export interface Delivery {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a body to the back channel, as a server does: no cookie, no origin, nothing of a browser. */
export const postToBackChannel = async (
  world: Pick<AppWorld, 'url'>,
  body: string,
  type = 'application/x-www-form-urlencoded',
): Promise<Delivery> => {
  const headers = { 'content-type': type };
  const answer = await fetch(`${world.url}/backchannel-logout`, { method: 'POST', headers, body });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

/** Delivers a logout token. */
export const deliver = (world: Pick<AppWorld, 'url'>, token: string): Promise<Delivery> =>
  postToBackChannel(world, new URLSearchParams({ logout_token: token }).toString());

/** A person who has just signed in, with the provider's `sid` of that login. */
export const signedInWithSid = async (
  world: AppWorld,
): Promise<{ readonly browser: BrowserClient; readonly sid: string }> => {
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  return { browser, sid: sidsAt(world.provider).at(-1) ?? 'none' };
};

/** The answer of a refusal as the specification has it, kept by no cache, setting nothing. */
export const expectRefusedDelivery = (delivery: Delivery, status = 400): void => {
  expect(delivery.status).toBe(status);
  expect(delivery.headers.get('cache-control')).toBe('no-store');
  expect(delivery.headers.get('content-type')).toMatch(/^application\/json/);
  expect(delivery.headers.getSetCookie()).toEqual([]);
  const { error, error_description } = JSON.parse(delivery.body) as Record<string, string>;
  expect(error).toBe(status === 503 ? 'temporarily_unavailable' : 'invalid_request');
  expect(error_description).toMatch(/^[\w ,.;/-]+$/);
};
