// docker-compose.yml: it can be read, its nodes differ in nothing but their address, and nginx knows both.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentVariables } from '../../src/app/env.ts';

interface Service {
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly extra_hosts?: readonly string[];
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const compose: { services: Record<string, Service>; volumes: object; networks: object } = parse(
  read('docker-compose.yml'),
  { merge: true, strict: true },
);
const { proxy, 'app-1': one, 'app-2': two, ...stores } = compose.services;

it('two nodes are the same but for their address, and only the proxy can be reached from outside', () => {
  const { networks: firstPlace, ...first } = one ?? {};
  const { networks: secondPlace, ...second } = two ?? {};
  expect(first).toEqual(second);
  expect(Object.keys(stores).sort()).toEqual(['postgres', 'redis']);
  const open = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined);
  expect(open.map(([name]) => name)).toEqual(['proxy']);
  const hosts = [`app-1:${firstPlace?.inside?.ipv4_address}`, `app-2:${secondPlace?.inside?.ipv4_address}`];
  expect(proxy?.extra_hosts).toEqual(hosts);
  expect(new Set(hosts.map((host) => host.slice(6))).size).toBe(2);
  for (const { depends_on: needed = {} } of Object.values(compose.services))
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(needed)));
});

it('hands the nodes nothing but variables that they read, and the proxy the configuration that is tested', () => {
  const known = new Set(environmentVariables.map(({ name }) => name));
  const given = Object.keys(one?.environment ?? {});
  expect(given.filter((name) => !known.has(name))).toEqual([]);
  expect(given).toEqual(
    expect.arrayContaining(['REDIS_URL', 'DATABASE_URL', 'SESSION_SECRET', 'TRUST_PROXY']),
  );
  expect(proxy?.volumes?.[0]).toBe('./deploy/nginx.conf:/etc/nginx/nginx.conf:ro');
});
