// A token is renewed, and the page sends its headers in its own way: no cookie is lost, neither ours nor the app's.
import express, { type Express, type RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { answerWays, makeReportFolder, removeReportFolder, reportFolder } from '../support/answer-ways.ts';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';

const names = Object.keys(answerWays);

const routes = (app: Express, auth: Auth): void => {
  for (const [index, name] of names.entries()) {
    const handler = answerWays[name] as RequestHandler;
    app.get(`/way/${index}`, auth.currentUser(), handler);
    const early: RequestHandler = (_req, res, next) => {
      res.cookie('early', '1');
      next();
    };
    app.get(`/before/${index}`, early, auth.currentUser(), handler);
  }
  app.use('/files', auth.currentUser(), express.static(reportFolder));
  app.get('/removes', auth.currentUser(), (_req, res) => {
    res.removeHeader('Set-Cookie');
    res.send('cookies are none of this page’s business');
  });
  app.get('/cached', auth.currentUser({ optional: true }), (req, res) => {
    res.setHeader('Cache-Control', String(req.query.as));
    res.cookie('mine', '1').send('for everybody');
  });
  app.get('/own', auth.currentUser(), (_req, res) => {
    res.setHeader('Set-Cookie', 'latchkey.token=; Path=/; Max-Age=0');
    res.send('signed out by the app’s own means');
  });
};

let world: RefreshWorld;
beforeAll(async () => {
  makeReportFolder();
  world = await startRefreshWorld({}, routes);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  removeReportFolder();
});

const tokenLines = (lines: readonly string[]) => lines.filter((line) => line.startsWith('latchkey.token='));

describe.each(['due', 'dead'] as const)('a page whose visitor has a %s token', (state) => {
  it.each(names)('SE-12: that %s hands out the new token and its own cookie', async (name) => {
    const browser = await world.signedIn(state);
    world.provider.forgetCalls();
    const visit = await browser.get(`${world.url}/way/${names.indexOf(name)}`);
    expect(visit.status).toBe(200);
    expect(tokenLines(visit.setCookies)).toHaveLength(1);
    expect(visit.setCookies.filter((line) => line.startsWith('mine=1'))).toHaveLength(1);
    world.advance(61);
    expect((await world.who(browser)).status).toBe(200);
    expect(browser.cookies.value(world.url, 'mine')).toBe('1');
    expect(world.refreshes()).toHaveLength(1);
  });

  it.each([
    ['GET', {}, 200],
    ['GET', { range: 'bytes=2-7' }, 206],
    ['GET', { range: 'bytes=900-' }, 400],
    ['GET', { 'if-none-match': '*' }, 200],
    ['HEAD', {}, 200],
  ] as const)('SE-12: a file asked for with %s %j (%i) brings the new token along', async (...row) => {
    const [method, headers, status] = row;
    const browser = await world.signedIn(state);
    const options = { method, headers: { ...headers } };
    const visit = await browser.fetchJson(`${world.url}/files/report.txt`, options);
    expect([visit.status, visit.headers['cache-control']]).toEqual([status, 'no-store']);
    expect(tokenLines(visit.setCookies)).toHaveLength(1);
    world.advance(61);
    expect((await world.who(browser)).status).toBe(200);
  });
});

it('SE-12: a cookie that was set before the guard stays beside the new token', async () => {
  for (const index of names.keys()) {
    const browser = await world.signedIn('due');
    const visit = await browser.get(`${world.url}/before/${index}`);
    const overwritten = names[index]?.startsWith('sets') === true || names[index]?.includes('by hand');
    // What the app throws away itself stays away; only latchkey's cookies are looked after.
    expect([names[index], browser.cookies.value(world.url, 'early')]).toEqual([
      names[index],
      overwritten === true ? null : '1',
    ]);
    expect(tokenLines(visit.setCookies)).toHaveLength(1);
  }
});

it('an app that takes the header away means it: nothing is put back, and the next answer has the cookie', async () => {
  const browser = await world.signedIn('due');
  expect((await browser.get(`${world.url}/removes`)).setCookies).toEqual([]);
  const { status, visit } = await world.who(browser);
  expect([status, tokenLines(visit.setCookies).length]).toEqual([200, 1]);
  expect((await world.who(browser)).visit.setCookies).toEqual([]);
});

it.each(['public, max-age=60', 'max-age=60', 's-maxage=60'])(
  'an answer that an app lets proxies keep (%s) never carries the token to everybody',
  async (cacheControl) => {
    const browser = await world.signedIn('due');
    const visit = await browser.get(`${world.url}/cached?as=${encodeURIComponent(cacheControl)}`);
    expect([visit.status, visit.headers['cache-control']]).toEqual([200, cacheControl]);
    expect(visit.setCookies).toEqual(['mine=1; Path=/']);
    expect((await world.who(browser)).visit.setCookies).toHaveLength(1);
  },
);

it.each(['private, max-age=60', 'no-cache', 'no-store'])(
  'an answer that only this browser may keep (%s) carries the token as any other',
  async (cacheControl) => {
    const browser = await world.signedIn('due');
    const { setCookies } = await browser.get(`${world.url}/cached?as=${encodeURIComponent(cacheControl)}`);
    expect(tokenLines(setCookies)).toHaveLength(1);
  },
);

it('an app that sets a cookie of that very name has the last word', async () => {
  const browser = await world.signedIn('due');
  const visit = await browser.get(`${world.url}/own`);
  expect(visit.setCookies).toEqual(['latchkey.token=; Path=/; Max-Age=0']);
});

it('a page without a renewal sets no cookie, whatever it does with its headers', async () => {
  const browser = await world.signedIn();
  for (const index of names.keys()) {
    const { setCookies } = await browser.get(`${world.url}/way/${index}`);
    expect(setCookies.filter((line) => line.startsWith('latchkey.'))).toEqual([]);
  }
  expect(tokenLife.seconds).toBe(3600);
});
