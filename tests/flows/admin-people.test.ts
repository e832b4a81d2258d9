// Administrators and the list of people: search, sort, paging, and one person's rights, disabling and deleting.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminWorld, startAdminWorld, textOf } from '../support/admin-world.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { stores } = directoryWorld({ keepOpen: true });

describe.each(stores)('people in %s', (_kind, openStore) => {
  let world: AdminWorld;
  beforeAll(async () => {
    world = await startAdminWorld({ store: await openStore() });
    await world.add(
      ...Array.from({ length: 60 }, (_, index) => ({
        subject: `crowd-${index}`,
        name: `Crowd ${String(index).padStart(2, '0')}`,
        email: `c${index}@crowd.example`,
      })),
    );
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const namesIn = (body: string): readonly string[] =>
    [...body.matchAll(/<th scope="row"[^>]*><a [^>]*><bdi>(.*?)<\/bdi>/g)].map(([, name]) => name ?? '');
  const linkOf = (body: string, label: string): string =>
    (new RegExp(`href="([^"]*)"[^>]*>${label}<`).exec(body)?.[1] ?? 'none').replaceAll('&amp;', '&');

  describe('the list', () => {
    it('is where /admin leads, and pages through everybody without one twice', async () => {
      let page = await world.open(world.admin, '/admin');
      expect(page.url).toBe(`${world.url}/admin/people`);
      expect(textOf(page)).toContain('Page 1 of 3 · 61 people');
      const seen = [...namesIn(page.body)];
      for (const number of [2, 3]) {
        page = await world.open(world.admin, linkOf(page.body, 'Next'));
        expect(textOf(page)).toContain(`Page ${number} of 3`);
        seen.push(...namesIn(page.body));
      }
      expect(linkOf(page.body, 'Next')).toBe('none');
      expect(linkOf(page.body, 'Previous')).toBe('/admin/people?page=2');
      expect(seen).toHaveLength(61);
      expect(new Set(seen).size).toBe(61);
      expect(seen[0]).toBe('Ada Admin');
    });

    it('is sorted by a column, the other way round by the same link once more', async () => {
      const up = await world.open(world.admin, '/admin/people?search=crowd&sort=email');
      expect(up.body).toContain('aria-sort="ascending"');
      const down = await world.open(world.admin, linkOf(up.body, 'Email '));
      expect(down.url).toContain('search=crowd&sort=email&direction=desc');
      expect(namesIn(down.body)[0]).toBe('Crowd 09');
    });

    it('finds people by how a name begins, and shows what was typed as text', async () => {
      const found = await world.open(world.admin, '/admin/people?search=crowd%2012');
      expect(namesIn(found.body)).toEqual(['Crowd 12']);
      const none = await world.open(world.admin, '/admin/people?search=%3Cscript%3E');
      expect(textOf(none)).toContain('Nobody is found');
      expect(none.body).not.toContain('<script>');
    });

    it.each([
      'page=0',
      'page=-1',
      'page=1e3',
      'sort=password',
      'direction=sideways',
      'search=a&search=b',
      'page=9999999',
    ])('shows people at the odd address ?%s', async (query) => {
      const page = await world.open(world.admin, `/admin/people?${query}`);
      expect(page.status).toBe(200);
      expect(namesIn(page.body).length).toBeGreaterThan(0);
    });
  });

  describe('one person', () => {
    it('AD-12a: rights that are given and taken count at the next click of a live session', async () => {
      const ben = await world.arrive('ben', { name: 'Ben' });
      const { id } = await world.personOf('ben');
      expect((await world.open(ben, '/protected/permission')).status).toBe(403);
      const fields = { permissions: 'reports:read, admin\r\nreports:read', roles: 'Team lead' };
      const saved = await world.send(world.admin, `/admin/people/${id}/rights`, fields);
      expect(textOf(saved)).toContain('Saved. It counts from their next click on.');
      expect(await world.personOf('ben')).toMatchObject({
        permissions: ['reports:read', 'admin'],
        roles: ['Team lead'],
      });
      expect((await world.open(ben, '/protected/permission')).status).toBe(200);
      expect((await world.open(ben, '/admin/people')).status).toBe(200);
      await world.send(world.admin, `/admin/people/${id}/rights`, { permissions: '', roles: '' });
      expect((await world.open(ben, '/admin/people')).status).toBe(403);
      expect((await world.open(ben, '/protected/permission')).status).toBe(403);
    });

    it('rights that cannot be names are told about, what was typed stays, and nothing is saved', async () => {
      const { id } = await world.personOf('crowd-1');
      const page = await world.send(world.admin, `/admin/people/${id}/rights`, {
        permissions: 'reports:read and more',
        roles: 'x'.repeat(201),
      });
      expect(page.status).toBe(400);
      expect(textOf(page)).toContain('A permission has no blanks in it.');
      expect(textOf(page)).toContain('Each has at most 200 characters.');
      expect(page.body).toContain('reports:read and more</textarea>');
      expect(await world.personOf('crowd-1')).toMatchObject({ permissions: [], roles: [] });
    });

    it.each([{}, { permissions: 'a' }])('a form without its fields (%j) changes nothing', async (fields) => {
      const { id } = await world.personOf('crowd-2');
      expect((await world.send(world.admin, `/admin/people/${id}/rights`, fields)).status).toBe(400);
      expect((await world.personOf('crowd-2')).permissions).toEqual([]);
    });

    it('LO-15: disabling ends the session at the next click, and enabling lets the person in again', async () => {
      const eve = await world.arrive('eve');
      const { id } = await world.personOf('eve');
      const disabled = await world.send(world.admin, `/admin/people/${id}/disable`);
      expect(textOf(disabled)).toContain('The account is disabled.');
      expect(await world.whoIs(eve)).toBe('401');
      await expect(world.arrive('eve')).rejects.toThrow('403');
      const enabled = await world.send(world.admin, `/admin/people/${id}/enable`);
      expect(textOf(enabled)).toContain('The account is enabled.');
      expect(await world.whoIs(await world.arrive('eve'))).toBe('eve');
    });

    it('AD-14b: deleting asks first, ends the session, and who comes back is a new person', async () => {
      const leo = await world.arrive('leo', { name: '<b>Leo' });
      const before = await world.personOf('leo');
      await world.send(world.admin, `/admin/people/${before.id}/rights`, {
        permissions: 'reports:read',
        roles: '',
      });
      const question = await world.open(world.admin, `/admin/people/${before.id}/delete`);
      expect(textOf(question)).toContain('This cannot be undone.');
      expect(question.body).toContain('&lt;b&gt;Leo');
      expect((await world.personOf('leo')).id).toBe(before.id);
      const list = await world.send(world.admin, `/admin/people/${before.id}/delete`);
      expect(textOf(list)).toContain('The account is deleted.');
      expect(await world.whoIs(leo)).toBe('401');
      expect((await world.open(world.admin, `/admin/people/${before.id}`)).status).toBe(404);
      await world.arrive('leo');
      const after = await world.personOf('leo');
      expect(after.id).not.toBe(before.id);
      expect(after.permissions).toEqual([]);
    });

    it.each(['rights', 'disable', 'delete'])(
      'AD-12b: the last administrator cannot lose that by %s',
      async (action) => {
        const { id } = await world.personOf('the-admin');
        const fields = { permissions: 'reports:read', roles: '' };
        const page = await world.send(world.admin, `/admin/people/${id}/${action}`, fields);
        expect(page.status).toBe(409);
        expect(textOf(page)).toContain('Somebody has to stay administrator');
        expect(await world.personOf('the-admin')).toMatchObject({ permissions: ['admin'], disabled: false });
        expect((await world.open(world.admin, '/admin/people')).status).toBe(200);
      },
    );

    it('what was done to whom, and by whom, is on the page and in the audit trail', async () => {
      await world.arrive('mia', { name: 'Mia' });
      const { id } = await world.personOf('mia');
      await world.send(world.admin, `/admin/people/${id}/rights`, { permissions: 'p:1', roles: '' });
      await world.send(world.admin, `/admin/people/${id}/disable`);
      const page = textOf(await world.open(world.admin, `/admin/people/${id}`));
      expect(page).toMatch(/person_disabled the-admin .*person_rights_changed the-admin/);
      const selection = { resource: `person:${id}`, action: 'person_rights_changed' };
      const { data } = await world.store.audit.list({
        ...{ selection, sortBy: 'at', direction: 'desc', offset: 0, count: 5 },
      });
      expect(data).toMatchObject([
        {
          ...{ sentBy: null, actor: 'the-admin', severity: 'High', ip: '127.0.0.1' },
          data: { before: { permissions: [] }, permissions: ['p:1'] },
        },
      ]);
    });
  });
});
