import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient } from '../support/browser-client.ts';
import {
  beginJourney,
  enterPassword,
  formAction,
  startWorld,
  travel,
  type World,
} from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    demoHints: [{ login: 'ada', password: 'correct horse', about: 'may do everything' }],
  });
});
afterAll(async () => {
  await world.close();
});

describe('forms', () => {
  it('an attacker’s site cannot send the sign-in form', async () => {
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(world.app)).url));
    const action = formAction(page, '/sign-in');
    const fields = { login: 'ada', password: 'correct horse' };
    const attempts = [
      await browser.post(action, fields, { from: 'https://evil.example/' }),
      await browser.post(action, fields, { from: 'https://evil.example/', secFetch: false }),
      await browser.post(action, fields, { secFetch: false, headers: { origin: 'null' } }),
      await browser.post(action, fields, { from: null, secFetch: false }),
    ];
    for (const { status, location, setCookies } of attempts) {
      expect([status, location, setCookies]).toEqual([403, null, []]);
    }
    const oldBrowser = await browser.post(action, fields, { secFetch: false });
    expect(oldBrowser.status).toBe(303);
  });

  it('an attacker who sends a huge form or another kind of body is refused', async () => {
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(world.app)).url));
    const action = formAction(page, '/sign-in');
    expect((await browser.post(action, { login: 'a'.repeat(9000) })).status).toBe(413);
    const json = { headers: { 'content-type': 'application/json' } };
    expect((await browser.post(action, { login: 'ada' }, json)).status).toBe(415);
  });

  it('an attacker who has the address of another person’s sign-in page gets nowhere with it', async () => {
    const victim = createBrowserClient();
    const page = await travel(victim, await victim.get((await beginJourney(world.app)).url));
    const attacker = createBrowserClient();
    expect((await attacker.get(page.url)).status).toBe(400);
    const sent = await attacker.post(formAction(page, '/sign-in'), {
      login: 'bob',
      password: 'battery staple',
    });
    expect([sent.status, sent.setCookies]).toEqual([400, []]);
  });

  it('a person who goes back to the sign-in form after it is done reads that it has ended', async () => {
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(world.app)).url));
    await enterPassword(browser, page, 'ada');
    const again = await browser.get(page.url);
    expect(again.status).toBe(400);
    expect(again.body).toContain('has ended');
  });
});
