// Logins that nobody asked for, listeners that break, and set-ups that would send people round in circles.
import { once } from 'node:events';
import express from 'express';
import session from 'express-session';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuth, LatchkeyError } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';

let world: AppWorld;
afterEach(() => world[Symbol.asyncDispose]());

describe('an attacker who embeds a callback', () => {
  it.each(['image', 'iframe'])(
    'AZ-23: cannot start a login from an %s with a state of their own',
    async (dest) => {
      world = await startAppWorld();
      const attacker = world.browser();
      const out = await attacker.get(`${world.url}/login`);
      const state = new URL(out.location ?? '').searchParams.get('state');
      const victim = world.browser();
      const url = `${world.url}/auth-callback?code=x&state=${state}`;
      const visit = await victim.embed(url, dest, { from: 'http://evil.example/' });
      expect(visit.status).toBe(403);
      expect(visit.setCookies).toEqual([]);
      expect(world.provider.calls('token')).toEqual([]);
    },
  );
});

describe('a listener that fails', () => {
  it('takes neither the login nor the process with it', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    world = await startLibraryWorld(
      (app, auth) => {
        app.get('/protected', auth.currentUser(), (_req, res) => void res.send('in'));
      },
      { auth: { onEvent: async () => Promise.reject(new Error('the audit database is away')) } },
    );
    const page = await world.signIn(world.browser());
    expect(page.body).toBe('in');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('a set-up that cannot work', () => {
  it('says so when another express-session stands in front of the routes, instead of going in circles', async () => {
    const refusals: LatchkeyError[] = [];
    world = await startLibraryWorld((app, auth) => {
      app.get('/protected', auth.currentUser(), (_req, res) => void res.send('in'));
    });
    const customer = express();
    const secret = 'the secret of a session of their own';
    const inner = createAuth({
      issuer: world.provider.issuer,
      clientId: 'latchkey-test',
      clientSecret: 'secret with : % + and é, as people make them',
      baseUrl: world.url,
      sessionSecret: 'x'.repeat(40),
      sessions: (await import('../../src/embedded.ts')).memorySessions(),
      onEvent: (event) => {
        if (event.type === 'login_failed')
          refusals.push(new LatchkeyError('internal_error', { detail: event.detail ?? '' }));
      },
    });
    customer.use(session({ secret, resave: false, saveUninitialized: true }));
    customer.use(inner.routes());
    customer.get('/protected', inner.currentUser(), (_req, res) => void res.send('in'));
    const server = customer.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const browser = world.browser();
    const start = await browser.get(`http://localhost:${port}/login`);
    const back = await browser.follow(start);
    const callback = (back.location ?? '').replace(`:${world.port}/`, `:${port}/`);
    const visit = await browser.get(callback);
    expect(visit.status).toBe(500);
    expect(refusals[0]?.message).toContain('mount auth.routes() first');
    server.close();
    await inner.close();
  });

  it('says so when the site is https and the proxy in front is not trusted, before any code is used', async () => {
    world = await startLibraryWorld(
      (app, auth) => {
        app.get('/protected', auth.currentUser(), (_req, res) => void res.send('in'));
      },
      { baseUrl: 'https://app.example' },
    );
    const visit = await world.browser().get(`${world.url}/protected`);
    expect(visit.status).toBe(400);
    expect(visit.body).toContain('TRUST_PROXY');
    expect(visit.setCookies).toEqual([]);
  });

  it('does not repeat a Redis password when the address cannot be read', () => {
    const text = 'redis://:s3cr/et-pass@localhost:6379';
    expect(() => redisSessions(text)).toThrow(LatchkeyError);
    try {
      redisSessions(text);
    } catch (error) {
      expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain('et-pass');
    }
  });
});

describe('a request that is read in two ways', () => {
  it('WB-15b: is refused when it names two hosts', async () => {
    world = await startAppWorld();
    const text = requestText([
      'GET / HTTP/1.1',
      `Host: localhost:${world.port}`,
      'Host: evil.example',
      'Connection: close',
    ]);
    const { answers } = await rawRequest(world.port, text);
    expect(answers[0]?.status).toBe(400);
  });
});
