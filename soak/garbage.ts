// What nobody asked for, from an address of its own: broken cookies, forged callbacks, invented tokens, huge headers.
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from './scene.ts';

/** One request that nobody honest makes. */
interface Garbage {
  readonly name: string;
  readonly path: string;
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const noise = (bytes = 24): string => randomBytes(bytes).toString('base64url');
const forged = (): string => `${noise(12)}.${noise(40)}.${noise(32)}`;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const others: readonly (() => Garbage)[] = [
  () => ({
    name: 'broken cookie',
    path: '/protected',
    headers: {
      ...page,
      cookie: `__Host-latchkey.sid=${noise()}.${noise()}; __Host-latchkey.token=${forged()}`,
    },
  }),
  () => ({
    name: 'broken cookie, api',
    path: '/api/me',
    headers: { cookie: `__Host-latchkey.sid=%00%ff;;=` },
  }),
  () => ({ name: 'invented token', path: '/api/me', headers: { authorization: `Bearer ${noise()}` } }),
  () => ({ name: 'forged token', path: '/api/reports', headers: { authorization: `Bearer ${forged()}` } }),
  () => ({ name: 'huge headers', path: '/', headers: { 'x-a': noise(9000), 'x-b': noise(9000) } }),
  () => ({ name: 'unknown path', path: `/${noise(6)}/%2e%2e/${noise(4)}` }),
  () => ({
    name: 'forged logout token',
    path: '/backchannel-logout',
    method: 'POST',
    headers: form,
    body: `logout_token=${forged()}`,
  }),
  () => ({
    name: 'logout from elsewhere',
    path: '/logout',
    method: 'POST',
    headers: { ...form, origin: 'https://evil.example' },
  }),
];

const forgedCallback = (query: string): Garbage => ({
  name: 'forged callback',
  path: `/auth-callback?${query}`,
  headers: page,
});
const callbackQueries: readonly (() => string)[] = [
  () => `code=${noise()}&state=${noise()}`,
  () => `error=${noise(4)}&state=${forged()}`,
  () => `code=${noise()}`,
];

/** Every second is a forged callback: of these alone there are more than the limits let through. */
function garbageOf(index: number): Garbage {
  const place = Math.floor(index / 2);
  const other = index % 2 === 0 ? undefined : others[place % others.length];
  return other?.() ?? forgedCallback(callbackQueries[place % callbackQueries.length]?.() ?? '');
}

/** Names of everything here, with what the tally puts before them. */
export const isGarbage = (kind: string): boolean => kind.startsWith('garbage');

const mostUnderWay = 40;

/** Sends it at an even pace, until the scene is over. */
export async function throwGarbage(scene: Scene): Promise<void> {
  // Loopback as well. Limits are by address, and honest people do not share theirs with this.
  const agent = new Agent({ keepAlive: true, localAddress: '127.0.0.2', rejectUnauthorized: false });
  const underWay = new Set<Promise<void>>();
  for (let next = 0; !scene.isOver(); next += 1) {
    if (underWay.size < mostUnderWay) {
      const sent = throwOne(garbageOf(next), agent, scene);
      underWay.add(sent);
      void sent.finally(() => underWay.delete(sent));
    }
    await wait(1000 / scene.garbagePerSecond);
  }
  await Promise.all(underWay);
  agent.destroy();
}

async function throwOne(garbage: Garbage, agent: Agent, scene: Scene): Promise<void> {
  const { tally, outages, elapsed, site } = scene;
  const { path, method = 'GET', headers = {}, body } = garbage;
  const kind = `garbage: ${garbage.name}`;
  const from = elapsed();
  const status = await new Promise<number>((resolve) => {
    const length = { 'content-length': String(Buffer.byteLength(body ?? '')) };
    const sent = request(site + path, { agent, method, headers: { ...headers, ...length } }, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(answer.statusCode ?? 0));
    });
    sent.setTimeout(15_000, () => sent.destroy());
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
  tally.note(kind, status);
  if (status === 500) tally.offence('server error', kind);
  else if (status >= 200 && status < 300) tally.offence('odd answer', `${kind}: ${status}`);
  else if ((status === 0 || status > 500) && !outages.excuse(from, elapsed()))
    tally.offence('away without an outage', `${kind}: ${status}`);
}
