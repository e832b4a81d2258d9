// Opens a real Chromium that can reach only this machine, and asks axe what it finds wrong with a page.
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright-core';
import { requireProgram } from './programs.ts';

const switches: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that asks another host for anything fails here as it would on an island.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
];

/** Every launch has a fresh profile, removed at the end; every `newContext()` is a fresh person. */
export const launchChromium = (options: Omit<LaunchOptions, 'executablePath'> = {}): Promise<Browser> =>
  chromium.launch({
    ...options,
    executablePath: requireProgram('chromium'),
    args: [...switches, ...(options.args ?? [])],
  });

/**
 * What axe finds wrong, one line each, so that `expect(await axeFindings(page)).toEqual([])` reads well.
 * The page has to be of a `browser.newContext()`: axe opens a page of its own beside it.
 */
export const axeFindings = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
  );
};

/** Collects what the page complains about: console errors (CSP among them) and scripts that throw. */
export const pageComplaints = (page: Page): readonly string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
};
