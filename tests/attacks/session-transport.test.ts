// SE-11: an https site never speaks to a browser in plain http, and believes no proxy it does not know.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAppWorld } from '../support/app-world.ts';
import { type HttpsSite, publicOrigin, startHttpsSite } from '../support/https-site.ts';
import { type RawAnswer, rawRequest, requestText } from '../support/raw-http.ts';

let site: HttpsSite;
beforeAll(async () => {
  site = await startHttpsSite();
});
afterAll(() => site[Symbol.asyncDispose]());

const ask = async (port: number, target: string, headers: readonly string[]): Promise<RawAnswer> => {
  const lines = [`${target} HTTP/1.1`, 'Host: app.example', ...headers, 'Connection: close'];
  const [answer] = (await rawRequest(port, requestText(lines))).answers;
  if (answer === undefined) throw new Error('no answer');
  return answer;
};
const setCookies = ({ headers }: RawAnswer) =>
  headers.filter(([name]) => name.toLowerCase() === 'set-cookie');
const asPage = 'Accept: text/html';

describe('plain http', () => {
  it.each(['GET /', 'GET /login', 'GET /protected?x=1', 'GET /logout'])(
    'SE-11c: %s of a person is sent over to https, and sets no cookie',
    async (target) => {
      const answer = await ask(site.world.port, target, [asPage]);
      expect(answer.status).toBe(308);
      expect(answer.header('location')).toBe(publicOrigin + target.slice(4));
      expect(setCookies(answer)).toEqual([]);
    },
  );

  it.each(['GET //evil.example/', 'GET /\\evil.example', 'GET http://evil.example/x'])(
    'SE-11c: %s is never sent to another site',
    async (target) => {
      const answer = await ask(site.world.port, target, [asPage]);
      if (answer.status === 308) expect(answer.header('location')).toBe(`${publicOrigin}/`);
      else expect([400, 404]).toContain(answer.status);
    },
  );

  it.each(['GET /api/me', 'GET /api/reports', 'POST /logout'])(
    'SE-11c: %s of a program is refused: it would have sent its credential in the clear',
    async (target) => {
      const answer = await ask(site.world.port, target, ['Accept: application/json']);
      expect(answer.status).toBe(400);
      expect(answer.header('content-type')).toMatch(/^application\/problem\+json/);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'transport_insecure' });
      expect(setCookies(answer)).toEqual([]);
    },
  );

  it('SE-11a: behind a proxy that does not say https, says what is wrong instead of going in circles', async () => {
    for (const header of ['X-Forwarded-For: 203.0.113.7', 'Via: 1.1 proxy', 'X-Forwarded-Proto: http']) {
      const answer = await ask(site.world.port, 'GET /protected', [asPage, header]);
      expect(answer.status).toBe(400);
      expect(setCookies(answer)).toEqual([]);
    }
  });

  it('SE-11c: probes of the machine beside it need no https', async () => {
    expect((await ask(site.world.port, 'GET /healthz', [])).status).toBe(200);
  });
});

describe('X-Forwarded headers from somebody who is no known proxy', () => {
  it('SE-11b: are ignored: the connection is plain http whatever they say', async () => {
    for (const trustProxy of [null, ['10.0.0.0/8']]) {
      await using world = await startAppWorld({
        provider: site.world.provider,
        baseUrl: publicOrigin,
        trustProxy,
      });
      const headers = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.example', asPage];
      const answer = await ask(world.port, 'GET /login', headers);
      expect(answer.status).toBe(400);
      expect(setCookies(answer)).toEqual([]);
      expect(answer.header('location')).toBeNull();
    }
  });

  it('SE-11b: do not put a made-up address into the log', async () => {
    await using world = await startAppWorld({ provider: site.world.provider });
    const forged = ['X-Forwarded-For: 192.0.2.66', 'X-Forwarded-Proto: https', asPage];
    await ask(world.port, 'GET /protected', forged);
    await expect.poll(() => world.logLines().length).toBeGreaterThanOrEqual(2);
    expect(world.logText()).toContain('127.0.0.1');
    expect(world.logText()).not.toContain('192.0.2.66');
  });

  it('SE-11b: the last hop that is trusted counts, and not what the visitor wrote in front of it', async () => {
    const before = site.world.logLines().length;
    const forwarded = ['X-Forwarded-For: 192.0.2.66, 203.0.113.7', 'X-Forwarded-Proto: https'];
    await ask(site.world.port, 'GET /protected', [...forwarded, asPage]);
    await expect.poll(() => site.world.logLines().length).toBeGreaterThanOrEqual(before + 2);
    const text = JSON.stringify(site.world.logLines().slice(before));
    expect(text).toContain('203.0.113.7');
    expect(text).not.toContain('192.0.2.66');
  });
});
