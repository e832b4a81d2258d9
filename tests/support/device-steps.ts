// A person's browsers, told apart by their user agent, and their steps on the page of devices.
import { expect } from 'vitest';
import type { AppWorld } from './app-world.ts';
import { type BrowserClient, createBrowserClient, type Visit } from './browser-client.ts';

export const userAgents = {
  laptop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  tablet:
    'Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
  desktop: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
} as const;

/** A browser of its own, signed in as whoever the provider signs in. */
export const signedInOn = async (world: AppWorld, userAgent: string): Promise<BrowserClient> => {
  const browser = createBrowserClient({ userAgent });
  expect((await world.signIn(browser)).status).toBe(200);
  return browser;
};

export interface ListedDevice {
  readonly name: string;
  readonly current: boolean;
  readonly text: string;
  /** Where its button posts to. */
  readonly action: string;
}

/** What the page lists, in its order. */
export const listedDevices = (page: Visit): readonly ListedDevice[] =>
  page.body
    .split('<li class="card">')
    .slice(1)
    .map((rest) => {
      const item = rest.split('</li>')[0] ?? '';
      return {
        name: /<h2[^>]*><bdi>(.*?)<\/bdi>/s.exec(item)?.[1] ?? '',
        current: item.includes('this browser'),
        text: item
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
        action: /action="([^"]*)"/.exec(item)?.[1] ?? '',
      };
    });

/** Opens the page of devices. */
export const openDevices = async (world: AppWorld, browser: BrowserClient): Promise<Visit> => {
  const page = await browser.get(`${world.url}/sessions`);
  expect(page.status).toBe(200);
  return page;
};

/** Presses the button of the device with this name, and stays on the answer. */
export const endDevice = async (world: AppWorld, browser: BrowserClient, name: string): Promise<Visit> => {
  const found = listedDevices(await openDevices(world, browser)).find((device) => device.name === name);
  if (found === undefined) throw new Error(`there is no ${name} in the list`);
  return browser.post(world.url + found.action);
};

/** The `prompt` of the authorization request that a redirect leads to; null when it has none. */
export const promptOf = (world: AppWorld, visit: Visit): string | null => {
  const url = new URL(visit.location ?? 'about:blank');
  expect(url.origin).toBe(new URL(world.provider.issuer).origin);
  return url.searchParams.get('prompt');
};
