// W3C Trace Context from an incoming request: what is taken over, and what begins a new trace.
import { describe, expect, it } from 'vitest';
import { newTrace, traceFrom, traceHeaders } from '../../../src/tracing/trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';
const valid = `00-${traceId}-${parent}-01`;
const from = (traceparent: string | undefined, tracestate?: string) =>
  traceFrom({
    headers: {
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(tracestate === undefined ? {} : { tracestate }),
    },
  });

describe('a trace', () => {
  it.each([
    [valid, '01'],
    [`00-${traceId}-${parent}-00`, '00'],
    [` ${valid} `, '01'],
    [`00-${traceId}-${parent}-ff`, '03'],
    [`cc-${traceId}-${parent}-01`, '01'],
    [`cc-${traceId}-${parent}-01-what-comes-later`, '01'],
  ])('is taken over from %j', (traceparent, flags) => {
    expect(from(traceparent, 'a=1')).toEqual({ traceId, flags, state: 'a=1' });
  });

  it.each([
    undefined,
    '',
    'x',
    `ff-${traceId}-${parent}-01`,
    `00-${traceId}-${parent}-01-more`,
    `cc-${traceId}-${parent}-01.more`,
    `00-${traceId.toUpperCase()}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.slice(1)}-${parent}-01`,
    `00-${traceId}-${parent}`,
    `${valid}, ${valid}`,
    `${valid}\r\nx: y`,
    `0x-${traceId}-${parent}-01`,
  ])('begins anew for %j, and the state is not taken over', (traceparent) => {
    const trace = from(traceparent, 'a=1');
    expect(trace).toMatchObject({ flags: '00', state: null });
    expect(trace.traceId).toMatch(/^(?!0+$)[\da-f]{32}$/);
    expect(trace.traceId).not.toBe(traceId);
  });

  it.each([
    ['a=1', 'a=1'],
    [' a=1 , , b=2 ', 'a=1,b=2'],
    ['tenant@system=value with spaces/and~signs', 'tenant@system=value with spaces/and~signs'],
    [
      Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(','),
      Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(','),
    ],
    [Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(','), null],
    [`a=${'x'.repeat(257)}`, null],
    [Array.from({ length: 3 }, (_, i) => `k${i}=${'v'.repeat(200)}`).join(','), null],
    ['a=1,a=2', null],
    ['A=1', null],
    ['a', null],
    ['a=b=c', null],
    ['a=1\r\nx: y', null],
    ['a=ü', null],
    ['', null],
  ])('has of the state %j: %j', (tracestate, state) => expect(from(valid, tracestate).state).toBe(state));

  it('gives each call a name of its own', () => {
    const trace = newTrace();
    const [one, two] = [traceHeaders(trace), traceHeaders(trace)];
    expect(one.traceparent).toMatch(new RegExp(`^00-${trace.traceId}-[\\da-f]{16}-00$`));
    expect(two.traceparent).not.toBe(one.traceparent);
    expect(one).not.toHaveProperty('tracestate');
  });
});
