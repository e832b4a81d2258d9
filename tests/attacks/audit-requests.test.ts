// Somebody sends the audit routes what they should not take: nothing is stored, and the answer says why.
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureAnswers } from '../../src/http/answer-failure.ts';
import { type ListeningServer, listen } from '../../src/http/listen.ts';
import { plainPages } from '../../src/http/plain-pages.ts';
import { type AuditRoutesOptions, auditRoutes, memoryAuditStore } from '../../src/machine.ts';

const store = memoryAuditStore();
let server: ListeningServer;
let url: string;
beforeAll(async () => {
  const app = express();
  const allowed: express.RequestHandler = (req, res, next) =>
    req.headers['x-refuse'] === undefined ? next() : void res.status(403).end();
  const mayUse = async (_req: express.Request, tenant: string | null) => tenant === null || tenant === 'mine';
  app.use('/audits', auditRoutes({ store, read: allowed, write: allowed, mayUse }));
  const site = { pages: plainPages, signInHref: () => '/login', homeHref: '/' };
  app.use(failureAnswers(site).onError);
  server = await listen(app, 0, '127.0.0.1');
  url = `http://127.0.0.1:${server.port}/audits`;
});
afterAll(() => server.close());

const good = { severity: 'Info', action: 'a' };
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('an entry', () => {
  it.each<[string, unknown, string]>([
    ['without a severity', { action: 'a' }, 'severity'],
    ['with a severity of its own', { ...good, severity: 'Urgent' }, 'severity'],
    ['with a severity in another spelling', { ...good, severity: 'high' }, 'severity'],
    ['without an action', { severity: 'Info' }, 'action'],
    ['with an empty action', { ...good, action: '' }, 'action'],
    ['with an action that is too long', { ...good, action: 'x'.repeat(201) }, 'action'],
    ['with a NUL', { ...good, description: 'a\0b' }, 'description'],
    ['with half a character', { ...good, actor: '\ud800' }, 'actor'],
    ['with a name that is not known', { ...good, tenantId: 'acme' }, 'tenantId'],
    ['that says when it was', { ...good, at: '2020-01-01T00:00:00Z' }, 'at'],
    ['that says who sent it', { ...good, sentBy: 'root' }, 'sentBy'],
    ['with its own id', { ...good, id: '1' }, 'id'],
    ['with an address that is none', { ...good, ip: '1.2.3.4, 5.6.7.8' }, 'ip'],
    ['with data that is a list', { ...good, data: [] }, 'data'],
    ['with too much data', { ...good, data: { x: 'y'.repeat(8000) } }, 'data'],
    ['that is a list', [good], ''],
  ])('%s is refused, and the answer names what is wrong', async (_name, body, name) => {
    const answer = await post(JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const { code, problems } = (await answer.json()) as { code: string; problems: { name: string }[] };
    expect([code, problems[0]?.name]).toEqual(['request_malformed', name]);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['is no JSON', '{', {}, 400],
    ['is a bare value', '"text"', {}, 400],
    ['is nothing', '', {}, 400],
    ['comes as text', JSON.stringify(good), { 'content-type': 'text/plain' }, 415],
    [
      'comes as a form',
      'severity=Info&action=a',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
    ],
    ['is larger than 32 KB', JSON.stringify({ ...good, data: { x: 'y'.repeat(33_000) } }), {}, 413],
    ['is nested without end', `{"severity":"Info","action":"a","data":{"x":${nested(15_000)}}}`, {}, 400],
    [
      'is in an unknown charset',
      JSON.stringify(good),
      { 'content-type': 'application/json; charset=x' },
      400,
    ],
    ['is for a tenant of others', JSON.stringify(good), { 'x-tenant-id': 'theirs' }, 403],
    ['is for a tenant that is none', JSON.stringify(good), { 'x-tenant-id': 'a b' }, 400],
  ])('that %s is refused', async (_name, body, headers, status) => {
    expect((await post(body, headers)).status).toBe(status);
  });

  it('from somebody who may not send is not even read', async () => {
    const answer = await post('{ not even JSON', { 'x-refuse': '1' });
    expect(answer.status).toBe(403);
  });

  it('cannot reach into prototypes', async () => {
    const body = `{"severity":"Info","action":"proto","data":{"__proto__":{"polluted":1},"constructor":{"x":1}}}`;
    const answer = await post(body);
    expect(answer.status).toBe(201);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await fetch(`${url}?action=proto`).then(async (list) =>
      expect(((await list.json()) as { total: number }).total).toBe(1),
    );
  });
});

describe('a list', () => {
  it.each([
    ...[
      'sortBy=id',
      'sortBy=data',
      'sortBy=at%20desc;--',
      'sortBy=__proto__',
      'sortDirection=up',
      'sortby=at',
    ],
    ...[
      'offset=-1',
      'offset=1.5',
      'offset=1e3',
      'offset=99999999999',
      'offset=',
      'offset=0x10',
      'offset=NaN',
    ],
    ...['count=0', 'count=201', 'count=all', 'severity=Urgent', 'severity=Info,High', 'filter=', 'unknown=1'],
    ...['from=yesterday', 'from=2026', 'to=2026-01-01', `filter=${'x'.repeat(201)}`, 'filter=a&filter=b'],
    ...['offset=1&offset=2', 'tenant=theirs', '__proto__=1', 'filter[$ne]=1', 'severity[]=Info'],
  ])('with ?%s is refused', async (query) => {
    const answer = await fetch(`${url}?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'request_malformed', problems: expect.any(Array) });
  });

  it('of a tenant of others is refused', async () => {
    for (const path of ['', '/stats']) {
      const answer = await fetch(url + path, { headers: { 'x-tenant-id': 'theirs' } });
      expect(answer.status).toBe(403);
    }
  });

  it('is not kept by any cache', async () => {
    for (const path of ['', '/stats']) {
      expect((await fetch(url + path)).headers.get('cache-control')).toBe('no-store');
    }
  });
});

it('stored nothing of all this', async () => {
  const { data } = await store.list({ selection: {}, sortBy: 'at', direction: 'asc', offset: 0, count: 100 });
  expect(data.map(({ action }) => action)).toEqual(['proto']);
});

it('the routes do not exist without both guards', () => {
  const pass: express.RequestHandler = (_req, _res, next) => next();
  for (const guards of [{}, { read: pass }, { write: pass }]) {
    expect(() => auditRoutes({ store, ...guards } as AuditRoutesOptions)).toThrow(TypeError);
  }
});
