// Takes pictures of the pages for administrators, with long names, other scripts, an empty list and a full one.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startAdminWorld } from '../tests/support/admin-world.ts';
import { testUser } from '../tests/support/scripted-provider.ts';

const names = [
  'Amélie-Constance Montgomery-Featherstonehaugh von Hohenzollern',
  'محمد بن عبد الرحمن آل سعود الطويل الاسم',
  '👩‍🚀 Zoë 🎉',
];

/** Signs an administrator in for each kind of screen, and takes what there is to see. */
export const takeAdminPictures = async (
  browser: Browser,
  folder: string,
  screens: readonly { readonly name: string; readonly context: BrowserContextOptions }[],
): Promise<void> => {
  await using world = await startAdminWorld();
  const crowd = Array.from({ length: 40 }, (_, index) => `Person ${index + 1}`);
  await world.add(
    ...[...names, ...crowd].map((name, index) => ({
      subject: `person-${index}`,
      name,
      email: `person-${index}@people.example`,
    })),
  );
  const { id } = await world.personOf('person-1');
  await world.auth.apiKeys.create({ name: 'nightly backup', owner: await world.personOf('person-1') });
  await world.arrive('person-1', { name: names[1] });
  for (const action of ['disable', 'enable', 'rights']) {
    const fields = { permissions: 'reports:read', roles: 'Team lead' };
    await world.send(world.admin, `/admin/people/${id}/${action}`, fields);
  }
  await world.arrive('person-1', { name: names[1] });
  for (const { name: screen, context: options } of screens) {
    world.provider.user = { ...testUser, sub: 'the-admin', name: 'Ada Admin', permissions: [] };
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${world.url}/protected`);
    for (const [name, path] of Object.entries({
      people: '/admin/people?sort=email&direction=desc&page=2',
      'people-empty': '/admin/people?search=nobody',
      person: `/admin/people/${id}?done=rights`,
      'person-new': '/admin/people/new',
      'person-delete': `/admin/people/${id}/delete`,
      audit: '/admin/audit',
      'own-keys': '/profile/keys',
      'own-password': '/profile/password',
    })) {
      await page.goto(world.url + path);
      await page.screenshot({ path: `${folder}${name}-${screen}.png`, fullPage: true });
    }
    await context.close();
  }
};
