// A store that takes half a second for every write: nobody is sent on before what they were promised is kept.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memorySessions } from '../../src/embedded.ts';
import type { SessionStoreFactory } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';

declare module 'express-session' {
  interface SessionData {
    order?: string;
  }
}

const halfASecond = 500;
/** What the store has done, in order. */
const done: string[] = [];

const slowSessions = (): SessionStoreFactory => (lifetimes) => {
  const stores = memorySessions()(lifetimes);
  const slowly =
    <Args extends readonly unknown[], Result>(name: string, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await wait(halfASecond);
      const result = await work(...args);
      done.push(name);
      return result;
    };
  const { records, vault } = stores;
  return {
    ...stores,
    records: {
      ...records,
      insert: slowly('insert', records.insert),
      update: slowly('update', records.update),
      remove: slowly('remove', records.remove),
    },
    vault: { ...vault, write: slowly('vault', vault.write), remove: slowly('vault gone', vault.remove) },
  };
};

let world: AppWorld;
beforeAll(async () => {
  world = await startLibraryWorld(
    (app, auth) => {
      app.get('/page', auth.currentUser(), (req, res) => void res.send(`for ${req.auth?.subject}`));
      app.post('/order', auth.session(), auth.currentUser(), (req, res, next) => {
        req.session.order = 'seven';
        req.session.save((error) => (error ? next(error) : res.redirect(303, '/ordered')));
      });
      app.get('/ordered', auth.session(), auth.currentUser(), (req, res) => {
        res.send(req.session.order ?? 'nothing');
      });
    },
    { auth: { sessions: slowSessions() } },
  );
});
afterAll(() => world[Symbol.asyncDispose]());

it('SE-12: redirects wait for the store: after login, after an app’s own save, and after logout', async () => {
  const browser = world.browser();
  const back = await browser.follow(await browser.get(`${world.url}/page`));
  done.length = 0;
  const callback = await browser.follow(back);
  expect([callback.status, callback.location]).toEqual([303, `${world.url}/page`]);
  // Nothing was there before that would have to go.
  expect(done).toEqual(['vault', 'insert']);
  expect((await browser.follow(callback)).body).toBe('for user-ada');

  done.length = 0;
  const ordered = await browser.post(`${world.url}/order`);
  expect([ordered.status, done]).toEqual([303, ['update']]);
  expect((await browser.follow(ordered)).body).toBe('seven');

  done.length = 0;
  const kept = browser.clone();
  const signedOut = await browser.post(`${world.url}/logout`);
  expect([signedOut.status, done]).toEqual([303, ['remove', 'vault gone']]);
  // What was promised holds for a copy of the cookies too.
  expect(await world.whoIs(kept)).toBe('401');
});

it('SE-12: a double click on the sign-in waits for the first one’s save, and both land on the page', async () => {
  const browser = world.browser();
  const back = await browser.follow(await browser.get(`${world.url}/page`));
  const again = browser.clone();
  done.length = 0;
  const [first, second] = await Promise.all([browser.follow(back), again.follow(back)]);
  expect([first.status, second.status]).toEqual([303, 303]);
  expect(done).toEqual(['vault', 'insert']);
});
