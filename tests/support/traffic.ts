// Steady traffic on an app while something it needs goes away and comes back, and what all of it was told.
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { BrowserClient, Visit } from './browser-client.ts';

/** One request that is made again and again. */
export interface TrafficRequest {
  readonly kind: 'page' | 'api' | 'optional';
  readonly path: string;
  readonly browser: BrowserClient;
}

export interface TrafficAnswer {
  readonly kind: TrafficRequest['kind'];
  readonly at: number;
  readonly tookMs: number;
  readonly visit: Visit;
}

export interface Traffic {
  readonly answers: readonly TrafficAnswer[];
  /** Resolves when each request was answered with 200 after the call. */
  allWell(withinMs?: number): Promise<void>;
  /** Resolves when somebody was told to wait. */
  someTurnedAway(withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Makes each request anew as soon as it was answered, after a short pause. */
export const startTraffic = (url: string, requests: readonly TrafficRequest[], pauseMs = 15): Traffic => {
  const answers: TrafficAnswer[] = [];
  const failures: unknown[] = [];
  let isStopped = false;
  const run = async ({ kind, path, browser }: TrafficRequest) => {
    while (!isStopped) {
      const at = performance.now();
      const visit = kind === 'api' ? await browser.fetchJson(url + path) : await browser.get(url + path);
      answers.push({ kind, at, tookMs: performance.now() - at, visit });
      await wait(pauseMs);
    }
  };
  const running = requests.map((request) =>
    run(request).catch((error: unknown) => void failures.push(error)),
  );
  const until = async (what: string, isSo: () => boolean, ms: number) => {
    const endsAt = performance.now() + ms;
    while (!isSo()) {
      if (failures.length > 0) throw failures[0];
      if (performance.now() > endsAt) {
        const last = answers.slice(-requests.length).map(({ kind, visit }) => `${kind} ${visit.status}`);
        throw new Error(`${what} did not come to pass in ${ms} ms; at last: ${last.join(', ')}`);
      }
      await wait(10);
    }
  };
  return {
    answers,
    async allWell(withinMs = 8000) {
      const from = performance.now();
      await until(
        'all well',
        () => {
          const since = answers.filter(({ at, visit }) => at > from && visit.status === 200);
          return (['page', 'api', 'optional'] as const).every(
            (kind) =>
              !requests.some((request) => request.kind === kind) ||
              since.filter((each) => each.kind === kind).length > 2,
          );
        },
        withinMs,
      );
    },
    async someTurnedAway(withinMs = 5000) {
      const from = performance.now();
      await until(
        'a 503',
        () => answers.some(({ at, visit }) => at > from && visit.status === 503),
        withinMs,
      );
    },
    async stop() {
      isStopped = true;
      await Promise.all(running);
      expect(failures).toEqual([]);
    },
  };
};

export interface ExpectedOutage {
  /** What stands on every page of the person. */
  readonly signedIn: string;
  /** The code of an API's 503. Default: `store_unavailable`. */
  readonly code?: string;
  /** Whether tokens are renewed meanwhile, and come as a cookie. */
  readonly renews?: boolean;
}

/**
 * Holds for every answer, before, in and after an outage of the store: what needs the session is served or told to
 * wait, the rest is served; nobody is sent to log in, and no cookie is touched.
 */
export const expectNobodySignedOut = (
  answers: readonly TrafficAnswer[],
  { signedIn, code = 'store_unavailable', renews = false }: ExpectedOutage,
): void => {
  expect(answers.length).toBeGreaterThan(10);
  for (const { kind, visit } of answers) {
    const renewed = /^latchkey\.token=[^;]{20,};.*Max-Age=[1-9]/;
    expect(visit.setCookies.filter((line) => !renews || !renewed.test(line))).toEqual([]);
    expect(visit.location).toBeNull();
    expect(visit.body).not.toMatch(/ECONNREFUSED|Redis|\.ts:/);
    if (visit.status === 200) {
      if (kind !== 'optional') expect(visit.body).toContain(signedIn);
      continue;
    }
    expect([kind, visit.status]).toEqual([expect.stringMatching(/^(page|api)$/), 503]);
    expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
    expect(visit.headers['cache-control']).toBe('no-store');
    if (kind === 'api') expect(visit.json()).toMatchObject({ status: 503, code });
  }
};
