// Nothing that a visitor or a provider chose becomes a label, and no series grows with what they send.
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/metrics.ts';

const hostile = [
  'x"} 1\nforged_total 9',
  '__proto__',
  'constructor',
  'toString',
  'A'.repeat(5000),
  'ada@example.com',
];
const labelsIn = (text: string): string[] =>
  [...text.matchAll(/\{([^}]*)\}/g)].map(([, labels = '']) => labels);

describe('metrics', () => {
  it('take no code, reason, limit or type that is not their own as a label', async () => {
    const metrics = createMetrics();
    for (const word of hostile) {
      for (const type of [
        ...['login_started', 'login_failed', 'login_healed', 'session_ended', 'logout', 'refresh_failed'],
        ...['back_channel_refused', 'access_refused', 'claims_fetched', 'rate_limited', 'provider_failed'],
        ...['silent_login_failed', 'api_access_refused', 'person_created', word],
      ]) {
        const facts = { code: word, reason: word, how: word, from: word, limit: word, providerError: word };
        const event = { type, ...facts, subject: word, path: `/${word}`, detail: word };
        metrics.onEvent(event);
      }
    }
    const text = await metrics.text();
    for (const word of ['forged', '__proto__', 'constructor', 'toString', 'AAAA', 'ada@']) {
      expect(text).not.toContain(word);
    }
    expect(text).toContain('latchkey_logins_total{outcome="failed",reason="other"} 6');
    expect(text).toContain('latchkey_rate_limited_total{limit="other"} 6');
  });

  it('count all refusals that one event stands for', async () => {
    const metrics = createMetrics();
    const event = { type: 'rate_limited', limit: 'login' };
    for (const refused of [1, 41, Number.NaN, -7]) metrics.onEvent({ ...event, refused } as typeof event);
    expect(await metrics.text()).toContain('latchkey_rate_limited_total{limit="login"} 44');
  });

  it('count an answer under a route class, whatever its path and method are', async () => {
    const metrics = createMetrics({ basePath: '/portal', routes: { '/reports': 'report' } });
    const answer = (url: string, statusCode = 200, writableFinished = true) => {
      const req = { originalUrl: url, method: 'BREW' } as never;
      metrics.onAnswer(req, { statusCode, writableFinished } as never, 0.02);
    };
    for (const word of hostile) answer(`/portal/${word}`);
    for (let i = 0; i < 500; i += 1) answer(`/portal/${i}/${i}?q=${i}`);
    answer('/portal/api/users/ada@example.com?token=x', 404);
    answer('/portal/LOGIN?return_to=/x', 302);
    answer('/portal/auth-callback?code=1', 303);
    answer('/portal/reports/1', 999);
    answer('/portal/reports/2', 200, false);
    answer('', 0);
    const shown = labelsIn(await metrics.text()).filter((labels) => !labels.includes('le='));
    expect([...new Set(shown.filter((labels) => labels.startsWith('route=')))].sort()).toEqual([
      'route="api",status="4xx"',
      'route="callback",status="3xx"',
      'route="login",status="3xx"',
      'route="page",status="2xx"',
      'route="page",status="other"',
      'route="report",status="aborted"',
      'route="report",status="other"',
    ]);
  });
});

describe('a histogram', () => {
  it('has buckets that include those before them, with sum and count', async () => {
    const metrics = createMetrics();
    for (const seconds of [0.0005, 0.001, 0.0011, 7]) metrics.onCall('store', 'record_read', 'ok', seconds);
    metrics.onCall('store', 'record_read', 'failed', 2);
    const lines = (await metrics.text()).split('\n');
    const of = (le: string) =>
      `latchkey_store_seconds_bucket{le="${le}",operation="record_read",outcome="ok"}`;
    expect(lines).toContain(`${of('0.001')} 2`);
    expect(lines).toContain(`${of('0.0025')} 3`);
    expect(lines).toContain(`${of('5')} 3`);
    expect(lines).toContain(`${of('+Inf')} 4`);
    expect(lines).toContain('latchkey_store_seconds_count{operation="record_read",outcome="ok"} 4');
    expect(lines).toContain('latchkey_store_seconds_sum{operation="record_read",outcome="failed"} 2');
    expect(lines).toContain('# TYPE latchkey_store_seconds histogram');
  });
});
