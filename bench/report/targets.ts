// The targets of a page view, and whether a run has met them.
import { middle, ratio } from '../harness/rounds.ts';
import { fixed, table } from './markdown.ts';
import type { Report } from './report.ts';

interface Target {
  readonly what: string;
  readonly wanted: number;
  readonly is: 'at least' | 'at most';
  readonly measured: number;
}

/** Each target with what was measured. */
export function targetsOf({ results, redis, logins }: Report): readonly Target[] {
  const speed = (id: string, base: string) => ratio(results, [id, base], 32, 'requestsPerSecond');
  const cpu = (base: string) => ratio(results, ['page', base], 32, 'cpuMicros');
  const peer = logins.get('eoc-redis')?.cpuMs ?? Number.NaN;
  const least = { is: 'at least' } as const;
  const most = { is: 'at most' } as const;
  return [
    { what: 'signed-in page: req/s, of (a)', wanted: 0.5, ...least, measured: speed('page', 'raw') },
    { what: 'of (b)', wanted: 1.25, ...least, measured: speed('page', 'express-session') },
    { what: 'of (d) with Redis', wanted: 2, ...least, measured: speed('page', 'eoc-redis') },
    { what: 'of (d) with its cookie', wanted: 4, ...least, measured: speed('page', 'eoc-cookie') },
    { what: 'signed-in page: CPU, of (a)', wanted: 2, ...most, measured: cpu('raw') },
    { what: 'of (b)', wanted: 0.8, ...most, measured: cpu('express-session') },
    {
      what: 'Redis commands per page',
      wanted: 1,
      ...most,
      measured: redis.get('page')?.commands ?? Number.NaN,
    },
    {
      what: 'API with a known bearer token: req/s, of (a)',
      wanted: 0.7,
      ...least,
      measured: speed('bearer', 'raw'),
    },
    {
      what: 'Redis commands there',
      wanted: 0,
      ...most,
      measured: redis.get('bearer')?.commands ?? Number.NaN,
    },
    {
      what: "whole login: CPU, of (d)'s with Redis",
      wanted: 1.1,
      ...most,
      measured: (logins.get('latchkey')?.cpuMs ?? Number.NaN) / peer,
    },
    {
      what: "whole login by the ID token's claims alone, as (d) does it",
      wanted: 1.1,
      ...most,
      measured: (logins.get('latchkey-claims')?.cpuMs ?? Number.NaN) / peer,
    },
  ].filter(({ measured }) => !Number.isNaN(measured));
}

/** As a table. */
export function targetTable(report: Report): string {
  const rows = targetsOf(report).map(({ what, wanted, is, measured }) => {
    const isMet = is === 'at least' ? measured >= wanted : measured <= wanted + 0.005;
    return [what, `${is} ${wanted}`, fixed(measured, 2), isMet ? 'yes' : 'no'];
  });
  return table(['target at 32 connections', 'wanted', 'measured', 'met'], rows);
}

/** The CPU time of a page view in microseconds, for whoever computes with it. */
export const pageCpu = ({ results }: Report): number => middle(results, 'page', 32, 'cpuMicros');
