// Somebody chooses the id of their request: only a trusted proxy may, and only as a plain token.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';

const worlds: AppWorld[] = [];
const start = async (trustProxy: number | readonly string[] | null): Promise<AppWorld> => {
  const world = await startAppWorld({ trustProxy });
  worlds.push(world);
  return world;
};
let direct: AppWorld;
let behind: AppWorld;
let elsewhere: AppWorld;
beforeAll(async () => {
  [direct, behind, elsewhere] = await Promise.all([start(null), start(1), start(['10.0.0.0/8'])]);
});
afterAll(() => Promise.all(worlds.map((world) => world[Symbol.asyncDispose]())));

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const json = async (world: AppWorld, headers: Readonly<Record<string, string>>) => {
  const answer = await fetch(`${world.url}/api/me`, { headers: { authorization: 'Bearer x', ...headers } });
  const { reference } = (await answer.json()) as { readonly reference: string };
  return { echoed: answer.headers.get('x-request-id'), reference };
};

describe('the id of a request', () => {
  it.each([
    '4bf92f3577b34da6a3ce929d0e0e4736',
    '8f14e45f-ceea-467f-a6ac-0242ac120002',
    'Root=1-67891233-abc',
    'A.b_c:d@e+f/g',
  ])('is that of a trusted proxy: %s; in the answer, the body, the line and the event', async (id) => {
    expect(await json(behind, { 'x-request-id': id })).toEqual({ echoed: id, reference: id });
    const of = behind.logLines().filter(({ requestId }) => requestId === id);
    expect(of.map(({ msg }) => msg)).toContain('access_refused');
  });

  it('is shown on the page of a failure as well', async () => {
    const headers = { 'x-request-id': 'page-of-a-proxy-1' };
    const visit = await behind.browser().get(`${behind.url}/missing`, { headers });
    expect(visit.status).toBe(404);
    expect(visit.body).toContain('page-of-a-proxy-1');
    expect(visit.headers['x-request-id']).toBe('page-of-a-proxy-1');
  });

  it.each([
    ['AT-04d', '100 characters too long', 'a'.repeat(129)],
    ['AT-04d', '8 KB long', 'a'.repeat(8000)],
    ['AT-04a', 'with a tab', 'request\tid-1'],
    ['AT-04b', 'with a C1 control', 'request\u009bid-1'],
    ['AT-04c', 'with quotes of JSON', '","msg":"login_succeeded'],
    ['AT-04c', 'with markup', '<script>alert(1)</script>'],
    ['AT-04', 'of a few letters', 'short'],
    ['AT-04', 'of two values', 'request-id-1, request-id-2'],
    ['AT-04', 'empty', ''],
  ])('%s: is one of our own where a trusted proxy hands on one %s', async (_id, _what, given) => {
    const { echoed, reference } = await json(behind, { 'x-request-id': given });
    expect(reference).toMatch(uuid);
    expect(echoed).toBe(reference);
  });

  it('AT-04: is one of our own where nobody is trusted, and where somebody else is', async () => {
    for (const world of [direct, elsewhere]) {
      const headers = { 'x-request-id': 'somebody-elses-id', 'x-forwarded-for': '10.0.0.1' };
      const { echoed, reference } = await json(world, headers);
      expect(reference).toMatch(uuid);
      expect(echoed).toBe(reference);
      expect(world.logText()).not.toContain('somebody-elses-id');
    }
  });
});
