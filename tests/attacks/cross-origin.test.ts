// CORS: pages of exactly named origins may call the API with credentials, and nobody who looks like one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError, crossOrigin } from '../../src/index.ts';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { cookieHeader } from '../support/refresh-world.ts';

const named = 'https://app.example.com';
const lookAlikes = [
  'https://app.example.com.evil.test',
  'https://evil-app.example.com',
  'https://app.example.com:8443',
  'http://app.example.com',
  'https://APP.example.com',
  'https://example.com',
  'https://app.example.com/',
  'https://app.example.com, https://evil.test',
  'null',
  '*',
  'https://xapp.example.com',
];

let world: AppWorld;
let cookie: string;

beforeAll(async () => {
  world = await startAppWorld({ corsOrigins: [named] });
  const browser = world.browser();
  await world.signIn(browser, '/protected');
  cookie = cookieHeader(world, browser);
});
afterAll(() => world[Symbol.asyncDispose]());

const sendRaw = async (to: AppWorld, method: string, path: string, headers: Record<string, string>) => {
  const lines = Object.entries({ host: `localhost:${to.port}`, connection: 'close', ...headers });
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, text]) => `${name}: ${text}`)];
  const [answer] = (await rawRequest(to.port, requestText(head))).answers;
  if (answer === undefined) throw new Error(`no answer to ${path}`);
  return answer;
};
const ask = (method: string, path: string, headers: Record<string, string>) =>
  sendRaw(world, method, path, headers);

describe('a named origin', () => {
  it('E5: is allowed to call the API with credentials, and to read why it was refused', async () => {
    const answer = await ask('GET', '/api/me', { origin: named, cookie });
    expect(answer.status).toBe(200);
    expect(answer.header('access-control-allow-origin')).toBe(named);
    expect(answer.header('access-control-allow-credentials')).toBe('true');
    expect(answer.header('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(answer.header('vary')).toMatch(/\borigin\b/i);
    const refused = await ask('GET', '/api/me', { origin: named });
    expect([refused.status, refused.header('access-control-allow-origin')]).toEqual([401, named]);
  });

  it('E5: has its preflight answered without a credential', async () => {
    const answer = await ask('OPTIONS', '/api/reports', {
      origin: named,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.header('access-control-allow-origin')).toBe(named);
    expect(answer.header('access-control-allow-headers')).toMatch(/authorization/i);
    expect(answer.header('access-control-allow-methods')).toContain('DELETE');
  });

  it('gets nothing outside the API', async () => {
    for (const path of ['/', '/protected', '/logout', '/healthz', '/apix', '/profile']) {
      const answer = await ask('GET', path, { origin: named, cookie });
      expect(answer.header('access-control-allow-origin'), path).toBeNull();
    }
    const signOut = await ask('POST', '/logout', { origin: named, cookie, 'sec-fetch-site': 'same-site' });
    expect(signOut.status).toBe(403);
  });
});

describe('an origin that is not named', () => {
  it.each(lookAlikes)('%s is not allowed anything', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await ask(method, '/api/me', { origin, cookie, 'access-control-request-method': 'GET' });
      expect(answer.header('access-control-allow-origin'), method).toBeNull();
      expect(answer.header('vary')).toMatch(/\borigin\b/i);
    }
  });
});

describe('a request that changes something', () => {
  let api: AppWorld;
  let adas: string;
  beforeAll(async () => {
    api = await startLibraryWorld((app, auth) => {
      app.use('/api', crossOrigin([named]));
      app.post('/api/notes', auth.authenticated(), (_req, res) => void res.json({ done: true }));
      app.post('/notes', auth.authenticated(), (_req, res) => void res.json({ done: true }));
    });
    const browser = api.browser();
    await api.signIn(browser, '/api/me');
    adas = cookieHeader(api, browser);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  it.each([
    ['the named origin', '/api/notes', named, 'same-site', 200],
    ['the named origin, away from CORS', '/notes', named, 'same-site', 403],
    ['another origin', '/api/notes', 'https://evil.example.com', 'same-site', 403],
    ['an opaque origin', '/api/notes', 'null', 'cross-site', 403],
  ])('from %s at %s', async (_who, path, origin, site, status) => {
    const headers = { origin, cookie: adas, 'sec-fetch-site': site };
    expect((await sendRaw(api, 'POST', path, headers)).status).toBe(status);
  });
});

describe('a list of origins', () => {
  it.each([
    '*',
    'null',
    'https://app.example.com/',
    'https://app.example.com/path',
    'app.example.com',
    'https://*.example.com',
    'HTTPS://App.example.com',
    'ftp://app.example.com',
    'https://app.example.com:443',
    'https://user@app.example.com',
    '',
  ])('with %j stops the start', (origin) => {
    expect(() => crossOrigin([named, origin])).toThrow(ConfigurationError);
  });
});
