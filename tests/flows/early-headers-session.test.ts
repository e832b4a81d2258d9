// express-session beside the guards, in an app that sends its headers in its own way: its cookie and its data are kept.
import type { Express, RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { answerWays, makeReportFolder, removeReportFolder } from '../support/answer-ways.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RefreshWorld, startRefreshWorld } from '../support/refresh-world.ts';

declare module 'express-session' {
  interface SessionData {
    note?: string;
  }
}

const names = Object.keys(answerWays);

const routes = (app: Express, auth: Auth): void => {
  for (const [index, name] of names.entries()) {
    const note: RequestHandler = (req, _res, next) => {
      req.session.note = name;
      next();
    };
    const handler = answerWays[name] as RequestHandler;
    app.get(`/visitor/${index}`, auth.session(), note, handler);
    app.get(`/person/${index}`, auth.session(), auth.currentUser(), note, handler);
    app.get(`/person-last/${index}`, auth.currentUser(), auth.session(), note, handler);
  }
  app.get('/too-late', auth.session(), (req, res) => {
    res.write('a');
    req.session.note = 'after the first byte';
    res.end();
  });
  app.get('/note', auth.session(), (req, res) => void res.send(req.session.note ?? 'nothing'));
};

let redis: TestRedis;
let world: RefreshWorld;
beforeAll(async () => {
  makeReportFolder();
  redis = await startRedis();
  world = await startRefreshWorld({ redis }, routes);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
  removeReportFolder();
});

const named = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}=`)).length;

describe.each(names)('an answer that %s', (name) => {
  const index = names.indexOf(name);

  it('SE-12: begins the session of a visitor: its cookie goes out beside the app’s own', async () => {
    const browser = world.browser();
    const { status, setCookies } = await browser.get(`${world.url}/visitor/${index}`);
    expect([status, named(setCookies, 'latchkey.sid'), named(setCookies, 'mine')]).toEqual([200, 1, 1]);
    expect((await browser.get(`${world.url}/note`)).body).toBe(name);
  });

  it.each(['person', 'person-last'])(
    'SE-12: with a renewal on the way (%s) keeps the new token, the data and the app’s cookie',
    async (order) => {
      const browser = await world.signedIn('dead');
      const { status, setCookies } = await browser.get(`${world.url}/${order}/${index}`);
      expect([status, named(setCookies, 'latchkey.token'), named(setCookies, 'mine')]).toEqual([200, 1, 1]);
      world.advance(61);
      expect((await world.who(browser)).status).toBe(200);
      expect((await browser.get(`${world.url}/note`)).body).toBe(name);
    },
  );
});

it('a visitor’s session that begins after the first byte has no cookie any more: the app has to begin it before', async () => {
  const browser = world.browser();
  expect((await browser.get(`${world.url}/too-late`)).setCookies).toEqual([]);
  expect((await browser.get(`${world.url}/note`)).body).toBe('nothing');
});
