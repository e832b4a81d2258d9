// Every failure page as a person sees it: the right words and status, a next step, a reference, nothing for axe to find.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySessions } from '../../src/embedded.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { axeFindings, launchChromium } from '../support/chromium.ts';
import { html } from '../support/scripted-provider/answers.ts';

let browser: Browser;
let world: AppWorld;
beforeAll(async () => {
  [browser, world] = await Promise.all([launchChromium(), startAppWorld()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), world[Symbol.asyncDispose]()]);
});

const looks = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 375, height: 700 } },
] as const;

/** One page serves every error: the words are read for each, and the looks of the longest and the shortest judged. */
const judged = new Set(['access_denied', 'unsupported_response_type']);

const expectFailure = async (
  url: string,
  status: number,
  heading: string,
  action?: string,
  isJudged = true,
): Promise<void> => {
  for (const look of isJudged ? looks : looks.slice(0, 1)) {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const response = await page.goto(url);
    expect(response?.status()).toBe(status);
    expect(await page.locator('h1').innerText()).toBe(heading);
    expect(await page.locator('main a.button, main button').count()).toBeGreaterThan(0);
    if (action !== undefined) expect(await page.locator('main a.button').innerText()).toBe(action);
    expect(await page.locator('.reference code').innerText()).toMatch(/^[0-9a-f-]{36}$/);
    if (isJudged) expect(await axeFindings(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
    await context.close();
  }
};

const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe('an error that the provider answers with', () => {
  it.each([
    ['access_denied', 403, 'You said no at the sign-in service'],
    ['login_required', 403, 'The sign-in service wants you to sign in'],
    ['consent_required', 403, 'The sign-in service wants your consent'],
    ['interaction_required', 403, 'The sign-in service wants to ask you something'],
    ['account_selection_required', 403, 'Choose an account at the sign-in service'],
    ['unmet_authentication_requirements', 403, 'This page needs a stronger sign-in'],
    ['temporarily_unavailable', 503, 'The sign-in service is busy'],
    ['server_error', 502, 'The sign-in service had a problem'],
    ['invalid_scope', 502, 'This site asked the sign-in service for too much'],
    ['invalid_request', 502, 'The sign-in service did not understand this site'],
    ['invalid_target', 502, 'The sign-in service does not know the API this site asks for'],
    [
      'unsupported_response_type',
      502,
      'The sign-in service does not offer the way this site signs people in',
    ],
    ['unauthorized_client', 502, 'The sign-in service does not let this site sign people in'],
    ['an_error_nobody_knows', 403, 'You were not signed in'],
  ])('%s has a page of its own', async (error, status, heading) => {
    world.provider.reset();
    world.provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      response.set('error', error);
      response.set(
        'error_description',
        'In the <b>words</b> of the provider, which may be long and of any kind',
      );
    };
    await expectFailure(`${world.url}/protected`, status, heading, 'Sign in again', judged.has(error));
  });
});

describe('a failure on the way', () => {
  it('400: a callback that nobody asked for', () =>
    expectFailure(`${world.url}/auth-callback?code=x&state=y`, 400, 'That sign-in link does not work'));

  it('404: an address that leads nowhere', () =>
    expectFailure(`${world.url}/nowhere`, 404, 'There is no page here'));

  it('502: an answer of the provider that cannot be used', async () => {
    world.provider.reset();
    world.provider.bend.raw.token = html();
    await expectFailure(`${world.url}/protected`, 502, 'The sign-in service gave an answer we cannot use');
    world.provider.reset();
  });

  it('503: a provider that is away', async () => {
    await using other = await startAppWorld();
    await other.provider.goDown();
    await expectFailure(`${other.url}/protected`, 503, 'The sign-in service cannot be reached');
  });

  it('500: a fault of our own', async () => {
    const broken = { read: () => Promise.reject(new Error('a bug')) };
    await using other = await startAppWorld({
      auth: {
        sessions: (lifetimes) => {
          const stores = memorySessions()(lifetimes);
          return { ...stores, records: { ...stores.records, ...broken } };
        },
      },
    });
    const visit = await other.signIn(other.browser(), '/login?return_to=/protected');
    expect(visit.status).toBe(500);
    expect(visit.body).toContain('Something went wrong on our side');
    expect(visit.body).not.toContain('a bug');
  });
});
