// Takes pictures of the main pages: phone and desktop, light and dark; three of them go into docs/images.
import { copyFileSync, mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { launchChromium } from '../tests/support/chromium.ts';
import { startDemoApp } from '../tests/support/demo-app.ts';
import { takeAdminPictures } from './admin-pictures.ts';

const folder = new URL('../.tmp/screenshots/', import.meta.url).pathname;
const docs = new URL('../docs/images/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
mkdirSync(docs, { recursive: true });

const signIn = async (page: Page, user: string): Promise<void> => {
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', user);
  await page.click('main button[type=submit]');
};

const browser = await launchChromium();
await using app = await startDemoApp();

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, width] of [
    ['desktop', 1280],
    ['phone', 375],
  ] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const take = (name: string) =>
      page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png`, fullPage: true });
    const visit = async (name: string, path: string): Promise<void> => {
      await page.goto(app.url + path);
      await take(name);
    };

    await visit('home-anonymous', '/');
    await visit('sign-in', '/profile');
    await signIn(page, 'ben');
    await visit('forbidden', '/protected/permission');
    await page.goto(`${app.url}/login?prompt=login`);
    await signIn(page, 'ada');
    await visit('home', '/');
    await visit('protected', '/protected');
    await visit('scope', '/protected/scope');
    await visit('permission', '/protected/permission');
    await visit('profile', '/profile');
    await visit('devices', '/sessions');
    await visit('sign-out', '/logout');
    await visit('not-found', '/nowhere');
    await visit('bad-callback', '/auth-callback?code=x&state=y');
    await page.goto(`${app.url}/protected`);
    await page.click('header form button');
    await take('signed-out');
    await page.goto(`${app.url}/protected`);
    await page.click('button[form=abort]');
    await take('said-no');
    await context.close();
  }
}
const screens = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { name: `desktop-${colorScheme}`, context: { colorScheme, viewport: { width: 1280, height: 800 } } },
  { name: `phone-${colorScheme}`, context: { colorScheme, viewport: { width: 375, height: 800 } } },
]);
await takeAdminPictures(browser, folder, screens);
for (const [from, to] of [
  ['profile-desktop-light', 'profile'],
  ['sign-in-desktop-light', 'sign-in'],
  ['forbidden-phone-dark', 'forbidden-phone'],
]) {
  copyFileSync(`${folder}${from}.png`, `${docs}${to}.png`);
}
await browser.close();
console.log(`Pictures are in ${folder}`);
