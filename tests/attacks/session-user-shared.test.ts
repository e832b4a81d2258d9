// A handler changes what it was given about a person: requests that waited for the same renewal see nothing of it.
import { expect, it } from 'vitest';
import { startRefreshWorld } from '../support/refresh-world.ts';

it('AZ: the person and the rights of one request are its own, however many share one renewal', async () => {
  const seen: unknown[] = [];
  await using world = await startRefreshWorld({}, (app, auth) => {
    app.get('/careless', auth.currentUser(), (req, res) => {
      const address = (req.user as unknown as { address: { country: string } }).address;
      const permissions = (req.auth?.permissions ?? []) as string[];
      seen.push([address.country, [...permissions]]);
      address.country = 'changed';
      permissions.push('admin');
      res.json({});
    });
  });
  world.provider.bend.userinfo = (claims) => ({ ...claims, address: { country: 'UK' } });
  const browser = await world.signedIn('due');
  await Promise.all(Array.from({ length: 5 }, () => browser.clone().fetchJson(`${world.url}/careless`)));
  expect(world.refreshes()).toHaveLength(1);
  expect(seen).toHaveLength(5);
  for (const each of seen) expect(each).toEqual(seen[0]);
  expect(seen[0]).toEqual(['UK', expect.not.arrayContaining(['admin'])]);
});
