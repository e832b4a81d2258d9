// SE-12 over two nodes of one store: what a slow request does on one of them cannot undo what happened on the other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express, Request } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { embeddedSessions } from '../../src/embedded.ts';
import type { Auth } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader, type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

declare module 'express-session' {
  interface SessionData {
    basket?: string[];
  }
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-nodes-'));
const clock = { offset: 0, now: () => Date.now() + clock.offset };
let redis: TestRedis;
let provider: ScriptedProvider;
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider({ now: clock.now })]);
});
beforeEach(async () => {
  await redis.flush();
  provider.reset();
});
afterAll(async () => {
  await Promise.all([redis.stop(), provider.close()]);
  rmSync(folder, { recursive: true });
});

const late: Record<string, (req: Request) => unknown> = {
  'saves data': (req) => void Object.assign(req.session, { basket: ['late'] }),
  'saves by hand': (req) => {
    Object.assign(req.session, { basket: ['late'] });
    return new Promise((resolve) => req.session.save(resolve));
  },
  touches: (req) => void req.session.touch(),
};

describe.each(['redis', 'one embedded file'])('two nodes, sessions in %s', (kind) => {
  let gate: PromiseWithResolvers<void> & { arrived: PromiseWithResolvers<void> };
  let nodes: readonly [RefreshWorld, RefreshWorld];
  let count = 0;

  const routes = (app: Express, auth: Auth): void => {
    app.get('/slow/:what', auth.session(), auth.currentUser(), async (req, res) => {
      gate.arrived.resolve();
      await gate.promise;
      await late[String(req.params.what)]?.(req);
      res.send('done');
    });
    app.get('/basket', auth.session(), auth.currentUser(), (req, res) => {
      res.send((req.session.basket ?? []).join());
    });
  };
  beforeEach(async () => {
    clock.offset = 0;
    gate = Object.assign(Promise.withResolvers<void>(), { arrived: Promise.withResolvers<void>() });
    count += 1;
    const file = join(folder, `${count}.sqlite`);
    const node = () => {
      const sessions = kind === 'redis' ? redisSessions(redis.url) : embeddedSessions(file);
      return startRefreshWorld({ provider, auth: { clock: clock.now, sessions, idleSeconds: 7200 } }, routes);
    };
    nodes = [await node(), await node()];
  });
  afterEach(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });

  /** A slow request on the first node, which has read the session and waits. */
  const begin = async (what: string) => {
    const [first] = nodes;
    const browser = await first.signedIn();
    const cookies = cookieHeader(first, browser);
    // Due to be noted as a visit as well, so that the end of the request touches.
    clock.offset += 800_000;
    const slow = browser.clone().get(`${first.url}/slow/${what}`);
    await gate.arrived.promise;
    return { browser, cookies, slow };
  };

  it.each(Object.keys(late))(
    'SE-12a: a slow request that %s on one node after a logout on the other leaves the session ended',
    async (what) => {
      const [first, second] = nodes;
      const { browser, cookies, slow } = await begin(what);
      expect((await browser.post(`${second.url}/logout`)).status).toBe(303);
      clock.offset += 800_000;
      gate.resolve();
      const { setCookies } = await slow;
      expect(setCookies.join()).not.toMatch(/latchkey\.(?:sid|token)=[^;]/);
      for (const node of [first, second]) {
        const visit = await node.browser().fetchJson(`${node.url}/api/who`, { headers: { cookie: cookies } });
        expect(visit.status).toBe(401);
      }
      if (kind === 'redis') expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
    },
  );

  it.each(Object.keys(late))(
    'SE-12b: a slow request that %s on one node after a refresh on the other undoes nothing of it',
    async (what) => {
      const [first, second] = nodes;
      const { browser, slow } = await begin(what);
      clock.offset += tokenLife.seconds * 1000;
      const { token } = await second.who(browser);
      gate.resolve();
      expect((await slow).body).toBe('done');
      clock.offset += 61_000;
      expect(await first.who(browser)).toMatchObject({ status: 200, token });
      expect(await second.who(browser)).toMatchObject({ status: 200, token });
      const { body } = await browser.get(`${second.url}/basket`);
      expect(body).toBe(what === 'touches' ? '' : 'late');
      expect(first.refreshes()).toHaveLength(1);
    },
  );

  it('SE-12b: both nodes write tokens at once, and the refresh after that works with those that stayed', async () => {
    const [first, second] = nodes;
    const browser = await first.signedIn();
    for (let round = 1; round <= 3; round += 1) {
      clock.offset += tokenLife.dead * 1000;
      const asked = [first, second, first, second].map((node) => node.who(browser.clone()));
      for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
      expect((await first.who(browser)).status).toBe(200);
      expect(first.refreshes()).toHaveLength(round);
    }
    expect([...provider.memory.refreshTokens.values()].some(({ isRevoked }) => isRevoked)).toBe(false);
  });
});
