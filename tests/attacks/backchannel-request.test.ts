// LO-10, LO-11b: requests to the back channel that no provider sends, and floods of them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import {
  deliver,
  expectRefusedDelivery,
  logoutClaims,
  logoutToken,
  postToBackChannel,
  signedInWithSid,
} from '../support/logout-tokens.ts';
import { strangerToken } from '../support/scripted-provider/forge.ts';
import { createSigningKey, signJwt } from '../support/scripted-provider/keys.ts';

let world: AppWorld;
let victim: { readonly browser: BrowserClient; readonly sid: string };
beforeAll(async () => {
  world = await startAppWorld();
  victim = await signedInWithSid(world);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.forgetCalls());

const token = (): Promise<string> => logoutToken(world.provider, { sid: victim.sid });
const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const stillSignedIn = async (): Promise<void> => expect(await world.whoIs(victim.browser)).toBe('user-ada');

describe('the back channel', () => {
  it.each(['GET', 'HEAD'])('LO-10a: is not for %s, also with a good token in the query', async (method) => {
    const url = `${world.url}/backchannel-logout?logout_token=${await token()}`;
    const answer = await fetch(url, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await stillSignedIn();
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('LO-10a: is not for %s', async (method) => {
    const answer = await fetch(`${world.url}/backchannel-logout`, { method });
    expect(answer.status).toBe(405);
    await stillSignedIn();
  });

  it.each([
    ['JSON', 'application/json', (text: string) => JSON.stringify({ logout_token: text })],
    ['a plain text', 'text/plain', (text: string) => form({ logout_token: text })],
    ['a multipart form', 'multipart/form-data; boundary=x', (text: string) => text],
    ['a JWT', 'application/logout+jwt', (text: string) => text],
  ])('LO-10b: does not read %s', async (_what, type, bodyOf) => {
    expectRefusedDelivery(await postToBackChannel(world, bodyOf(await token()), type), 415);
    await stillSignedIn();
  });

  it.each<[string, (text: string) => string]>([
    ['nothing', () => ''],
    ['another field', (text) => form({ token: text })],
    ['an empty token', () => form({ logout_token: '' })],
    ['the token twice', (text) => `${form({ logout_token: text })}&${form({ logout_token: text })}`],
    ['the token in brackets', (text) => form({ 'logout_token[]': text })],
    ['the token as a member', (text) => form({ 'logout_token[a]': text })],
    ['a name of the prototype', () => form({ __proto__: 'x', constructor: 'y' })],
    ['a broken escape', () => 'logout_token=%E0%A4%A'],
  ])('LO-10c: with %s is 400', async (_what, bodyOf) => {
    expectRefusedDelivery(await postToBackChannel(world, bodyOf(await token())));
    await stillSignedIn();
  });

  it('LO-10d: a body of 1 MB is 413, and no key was asked for', async () => {
    expectRefusedDelivery(await deliver(world, 'x'.repeat(1_000_000)), 413);
    expect(world.provider.calls()).toEqual([]);
    await stillSignedIn();
  });

  it('LO-10d: a packed body is not unpacked', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' };
    const body = Buffer.from('1f8b', 'hex');
    const answer = await fetch(`${world.url}/backchannel-logout`, { method: 'POST', headers, body });
    expect([400, 415]).toContain(answer.status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await stillSignedIn();
  });

  it('LO-10e: needs no cookie, and gives none, also to somebody who brings some', async () => {
    const ada = await signedInWithSid(world);
    const text = await logoutToken(world.provider, { sid: ada.sid });
    const visit = await ada.browser.post(`${world.url}/backchannel-logout`, { logout_token: text });
    expect([visit.status, visit.setCookies]).toEqual([200, []]);
    expect(await world.whoIs(ada.browser)).toBe('401');
  });

  it('LO-11b: a flood of tokens with unknown keys asks the provider once', async () => {
    const key = await createSigningKey();
    const flood = Array.from({ length: 200 }, async (_, number) => {
      const text = await signJwt(key, logoutClaims(world.provider), { typ: 'logout+jwt', kid: `k${number}` });
      return deliver(world, text);
    });
    for (const delivery of await Promise.all(flood)) expectRefusedDelivery(delivery);
    expect(world.provider.calls('jwks').length).toBeLessThanOrEqual(1);
    await stillSignedIn();
  });

  it('leaves no part of a token in the log', async () => {
    const text = await strangerToken(logoutClaims(world.provider), { typ: 'logout+jwt' });
    const good = await token();
    await deliver(world, text);
    await deliver(world, good);
    expect(await world.whoIs(victim.browser)).toBe('401');
    for (const secret of [...text.split('.'), ...good.split('.'), victim.sid]) {
      expect(world.logText()).not.toContain(secret);
    }
  });
});
