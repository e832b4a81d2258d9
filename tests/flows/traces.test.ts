// One trace from the visitor's request to the provider, the services behind, and every line of the log.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/machine.ts';
import { type ApiService, startApiService } from '../support/api-service.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { untilCallback } from '../support/login-steps.ts';
import { type RefreshWorld, startRefreshWorld } from '../support/refresh-world.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';
const headers = { traceparent: `00-${traceId}-${parent}-01`, tracestate: 'shop=1' };
let app: AppWorld;
let library: RefreshWorld;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
  const api = createApiClient({ baseUrl: service.url });
  [app, library] = await Promise.all([
    startAppWorld(),
    startRefreshWorld({}, (express, auth) => {
      express.get('/orders', auth.currentUser(), async (_req, res) => {
        res.json((await api.get('/all', { params: { q: 'private-query' } })).data);
      });
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([app, library, service].map((one) => one[Symbol.asyncDispose]()));
});
beforeEach(() => {
  app.provider.reset();
  service.reset();
});

/** Comes back from the provider, with a trace that a proxy began. */
const login = async (given: Readonly<Record<string, string>>): Promise<void> => {
  const browser = app.browser();
  const callback = await untilCallback(app, browser);
  await browser.get(String(callback), { from: `${app.provider.origin}/`, headers: given });
};
const outgoing = () =>
  app.provider.calls().filter(({ endpoint }) => ['token', 'userinfo', 'jwks'].includes(endpoint));

describe('a trace', () => {
  it('goes on to each call to the provider, each a step of its own, with its state', async () => {
    await login(headers);
    const calls = outgoing();
    expect(calls.length).toBeGreaterThanOrEqual(2);
    for (const call of calls) {
      expect(call.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`));
      expect(call.headers.traceparent).not.toContain(parent);
      expect(call.headers.tracestate).toBe('shop=1');
    }
    expect(new Set(calls.map((call) => call.headers.traceparent)).size).toBe(calls.length);
  });

  it('is on the line of the request and on each event of it, with one and the same step', async () => {
    await login({ traceparent: headers.traceparent.replace(traceId, 'a'.repeat(32)) });
    await expect
      .poll(() => app.logLines().filter((line) => line.trace_id === 'a'.repeat(32)))
      .toMatchObject([{ msg: 'login_succeeded' }, { msg: 'request', path: '/auth-callback' }]);
    const [event, request] = app.logLines().filter((line) => line.trace_id === 'a'.repeat(32));
    expect(event?.span_id).toMatch(/^[\da-f]{16}$/);
    expect(request?.span_id).toBe(event?.span_id);
    expect(event?.span_id).not.toBe(parent);
  });

  it.each([
    ['none', {}],
    ['garbage', { traceparent: `00-${traceId}-${parent}-01-forged`, tracestate: 'a=1' }],
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${parent}-01` }],
  ])('begins here where the request has %s', async (_what, given) => {
    await login(given);
    const [first, ...others] = outgoing().map((call) => String(call.headers.traceparent).split('-')[1]);
    expect(first).toMatch(/^(?!0+$)[\da-f]{32}$/);
    expect(first).not.toBe(traceId);
    for (const other of others) expect(other).toBe(first);
    expect(outgoing()[0]?.headers.tracestate).toBeUndefined();
  });

  it('goes on through a refresh that a page view causes, and to what its handler calls', async () => {
    const browser = await library.signedIn('due');
    await browser.get(`${library.url}/orders`, { headers });
    expect(library.refreshes()[0]?.headers.traceparent).toContain(traceId);
    expect(service.calls[0]?.headers.traceparent).toContain(traceId);
    const event = library.events.find(({ type }) => type === 'tokens_refreshed');
    expect(event).toMatchObject({ traceId, requestId: expect.any(String) });
  });

  it('keeps requests apart that come at the same time', async () => {
    const ids = ['1', '2', '3', '4', '5', '6'].map((digit) => digit.repeat(32));
    const browsers = await Promise.all(ids.map(() => library.signedIn()));
    await Promise.all(
      browsers.map((browser, at) =>
        browser.get(`${library.url}/orders`, { headers: { traceparent: `00-${ids[at]}-${parent}-01` } }),
      ),
    );
    const seen = service.calls.map((call) => String(call.headers.traceparent).split('-')[1]);
    expect(seen.sort()).toEqual(ids);
  });
});

describe('with an OpenTelemetry SDK', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const processors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: processors }));
  });
  afterEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
  });
  const spans = () => exporter.getFinishedSpans();
  const named = (name: string) => spans().find((span) => span.name === name);

  it('records a callback with its calls below it, and sends the step of each call along', async () => {
    await login(headers);
    const callback = named('latchkey callback');
    const code = named('latchkey provider code');
    expect(callback?.spanContext().traceId).toBe(traceId);
    expect(callback?.parentSpanContext?.spanId).toBe(parent);
    expect(code?.parentSpanContext?.spanId).toBe(callback?.spanContext().spanId);
    expect(named('latchkey store record_insert')?.spanContext().traceId).toBe(traceId);
    const token = app.provider.calls('token')[0];
    expect(token?.headers.traceparent).toBe(`00-${traceId}-${code?.spanContext().spanId}-01`);
  });

  it('records a refresh and a call to a service, and a failure by its code', async () => {
    const browser = await library.signedIn('due');
    await browser.get(`${library.url}/orders`, { headers });
    expect(named('latchkey refresh')?.spanContext().traceId).toBe(traceId);
    expect(named('latchkey provider refresh')?.attributes['http.response.status_code']).toBe(200);
    expect(service.calls[0]?.headers.traceparent).toContain(
      String(named('latchkey api call')?.spanContext().spanId),
    );
    exporter.reset();
    await app.browser().get(`${app.url}/auth-callback?code=stray-code&state=stray-state`);
    expect(named('latchkey callback')).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'callback_malformed' },
    });
  });

  it('records no secret and no query', async () => {
    const browser = app.browser();
    const callback = await untilCallback(app, browser);
    await browser.get(String(callback), { from: `${app.provider.origin}/`, headers });
    const visitor = await library.signedIn('due');
    await visitor.get(`${library.url}/orders`);
    const text = JSON.stringify(
      spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    );
    expect(text).toContain('url.full');
    const { searchParams } = callback;
    for (const secret of [
      'private-query',
      'Bearer',
      'user-ada',
      searchParams.get('code'),
      searchParams.get('state'),
    ])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/eyJ|\?/);
  });
});
