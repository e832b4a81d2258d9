// What an operator reads of an app at its metrics port, and that visitors read nothing of it.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import { type AppMetrics, startMetrics } from '../../src/app/metrics.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { freePort } from '../support/free-port.ts';
import { logoutToken, postToBackChannel } from '../support/logout-tokens.ts';
import { testUser } from '../support/scripted-provider.ts';

const silent = createLog('silent');
let port: number;
let metrics: AppMetrics | null;
let world: AppWorld;
beforeAll(async () => {
  port = await freePort();
  const settings = { metricsPort: port, metricsHost: '127.0.0.1', baseUrl: 'http://localhost:3000' };
  metrics = await startMetrics(settings, silent);
  world = await startAppWorld({ metrics });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await metrics?.close();
});

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
const scrape = async (): Promise<string> => (await ask('/metrics')).text();
/** The value of a series; 0 where there is none. */
const figure = (text: string, series: string): number => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
};
/** An answer is counted when its connection has been served, a moment after it arrives. */
const until = async (series: string, least: number): Promise<string> => {
  for (;;) {
    const text = await scrape();
    if (figure(text, series) >= least) return text;
    await wait(20);
  }
};

describe('the metrics of an app', () => {
  it('count a login, a refusal, a failed login and a sign-out, with what they took', async () => {
    const browser = world.browser();
    world.provider.user = { ...testUser, permissions: [] };
    await world.signIn(browser);
    await browser.get(`${world.url}/protected/permission`);
    await world.browser().fetchJson(`${world.url}/api/me`, { headers: { authorization: 'Bearer x' } });
    await browser.post(`${world.url}/logout`);
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { nonce: 'x' });
    await world.signIn(world.browser());
    world.provider.reset();
    const text = await until('latchkey_http_request_seconds_count{route="callback",status="5xx"}', 1);
    for (const [series, value] of [
      ['latchkey_logins_started_total{kind="login"}', 2],
      ['latchkey_logins_total{outcome="succeeded",reason="none"}', 1],
      ['latchkey_logins_total{outcome="failed",reason="id_token_invalid"}', 1],
      ['latchkey_login_seconds_count', 1],
      ['latchkey_refusals_total{reason="insufficient_permissions"}', 1],
      ['latchkey_refusals_total{reason="unauthenticated"}', 1],
      ['latchkey_sessions_ended_total{reason="logout"}', 1],
      ['latchkey_logouts_total{at_provider="yes"}', 1],
      ['latchkey_provider_seconds_count{operation="discovery",outcome="ok"}', 1],
      ['latchkey_provider_seconds_count{operation="code",outcome="ok"}', 2],
      ['latchkey_provider_seconds_count{operation="userinfo",outcome="ok"}', 1],
      ['latchkey_provider_seconds_count{operation="keys",outcome="ok"}', 1],
      ['latchkey_provider_seconds_count{operation="revocation",outcome="ok"}', 1],
      ['latchkey_store_seconds_count{operation="record_insert",outcome="ok"}', 1],
      ['latchkey_http_request_seconds_count{route="callback",status="3xx"}', 1],
      ['latchkey_http_request_seconds_count{route="api",status="4xx"}', 1],
    ] as const) {
      expect(figure(text, series), series).toBe(value);
    }
    expect(figure(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(figure(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(text).not.toContain('user-ada');
  });

  it('cost one store command for a page view, and say how a call to the provider failed', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const series = 'latchkey_store_seconds_count{operation="record_read",outcome="ok"}';
    const before = figure(await scrape(), series);
    await browser.get(`${world.url}/protected`);
    expect(figure(await scrape(), series)).toBe(before + 1);

    world.provider.bend.userinfo = (claims) => void Object.assign(claims, { sub: 'somebody-else"}' });
    await world.signIn(world.browser());
    world.provider.reset();
    const text = await scrape();
    expect(figure(text, 'latchkey_logins_total{outcome="failed",reason="userinfo_invalid"}')).toBe(1);
    expect(text).not.toContain('somebody-else');
  });

  it('count a logout that the provider sends, and one that it does not', async () => {
    await world.signIn(world.browser());
    expect((await postToBackChannel(world, `logout_token=${await logoutToken(world.provider)}`)).status).toBe(
      200,
    );
    await postToBackChannel(world, 'logout_token=x');
    const text = await scrape();
    expect(figure(text, 'latchkey_sessions_ended_total{reason="back_channel"}')).toBeGreaterThanOrEqual(1);
    expect(figure(text, 'latchkey_back_channel_refused_total{reason="logout_token_invalid"}')).toBe(1);
  });
});

describe('the metrics port', () => {
  it.each(['/', '/metrics/', '/metrics/x', '/protected', '/healthz', '/.env', '//metrics', '/%6detrics'])(
    'has nothing at %s',
    async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toBe('Not found\n');
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const answer = await ask('/metrics', method);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(await answer.text()).not.toContain('latchkey_');
  });

  it('answers GET in the text format, HEAD without a body, and sets no cookie', async () => {
    const get = await ask('/metrics?debug=1');
    expect(get.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(get.headers.get('set-cookie')).toBeNull();
    const head = await ask('/metrics', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it.each(['/metrics', '/Metrics', '/api/metrics', '/debug', '/debug/vars'])(
    'AT-11b: the port of the app shows visitors nothing of it at %s',
    async (path) => {
      const visit = await world.browser().get(world.url + path);
      expect(visit.status).toBe(404);
      expect(visit.body).not.toContain('latchkey_');
    },
  );

  it('is not opened, and nothing is counted, unless a port is set', async () => {
    const off = { metricsPort: null, metricsHost: '127.0.0.1', baseUrl: 'http://localhost:3000' };
    expect(await startMetrics(off, silent)).toBeNull();
  });
});
