// W3C Trace Context: takes over the trace of an incoming request, or begins one, and names each call in it.
import type { IncomingHttpHeaders } from 'node:http';
import { randomHex } from '../crypto/random.ts';
import { createNote } from '../request-notes.ts';
import { activeTrace } from './active-trace.ts';

/** The trace that calls belong to. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 2 hexadecimal digits; `01` says that the caller records this trace. */
  readonly flags: string;
  /** What tracing systems pass on among themselves; null when there is none. */
  readonly state: string | null;
}

const longestState = 512;
const mostMembers = 32;
const key = '[a-z0-9][a-z0-9_\\-*/]{0,255}(?:@[a-z][a-z0-9_\\-*/]{0,13})?';
const member = new RegExp(
  `^${key}=[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e]$`,
);

/** The trace that a request belongs to, and its own place in it. */
export interface RequestTrace extends TraceContext {
  /** 16 hexadecimal digits: the step that is this request. */
  readonly spanId: string;
  /** The step that sent the request; null where the trace began here. */
  readonly parentId: string | null;
}

/** What a trace is read from: a Node or Express request, or anything with its headers. */
export interface TracedRequest {
  readonly headers: IncomingHttpHeaders;
}

/** Begins a trace. Nobody has asked for it to be recorded. */
export function newTrace(): RequestTrace {
  const digits = randomHex(24);
  return {
    traceId: digits.slice(0, 32),
    spanId: digits.slice(32),
    parentId: null,
    flags: '00',
    state: null,
  };
}

/**
 * The trace of an incoming request (an Express or Node request, or anything with its headers). Where it has none, or
 * one that is not valid, a new trace begins, as the recommendation wants it (section 4.3).
 */
export function traceFrom(request: TracedRequest): TraceContext {
  const { traceId, flags, state } = traceOf(request);
  return { traceId, flags, state };
}

const known = createNote<RequestTrace>();

/** The same with the request's own step. Asked again about the same request it gives the same. */
export function traceOf(request: TracedRequest): RequestTrace {
  let trace = known.get(request);
  if (trace === undefined) {
    trace = activeTrace() ?? readTrace(request);
    known.set(request, trace);
  }
  return trace;
}

function readTrace({ headers: { traceparent, tracestate } }: TracedRequest): RequestTrace {
  // Sent twice, it comes as one text with a comma, which is not valid.
  const given = typeof traceparent === 'string' ? readTraceparent(traceparent) : null;
  if (given === null) return newTrace();
  return { ...given, spanId: randomHex(8), state: readTracestate([tracestate ?? []].flat().join(',')) };
}

/** The headers of one call: each call is a step of its own in the trace. */
export function traceHeaders(trace: TraceContext): Record<string, string> {
  const traceparent = `00-${trace.traceId}-${randomHex(8)}-${trace.flags}`;
  return { traceparent, ...(trace.state === null ? {} : { tracestate: trace.state }) };
}

/** Section 3.2: later versions may have more at the end, version ff and ids of zeros are not valid. */
function readTraceparent(text: string): { traceId: string; parentId: string; flags: string } | null {
  const found = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text.trim());
  if (found === null) return null;
  const [, version, traceId = '', parentId = '', flags = '', rest] = found;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  // Of the flags only those that version 00 knows are passed on.
  return { traceId, parentId, flags: (Number.parseInt(flags, 16) & 3).toString(16).padStart(2, '0') };
}

/** Section 3.3: a list that is not valid is dropped as a whole, and the trace goes on without it. */
function readTracestate(text: string): string | null {
  const members = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (members.length === 0 || members.length > mostMembers) return null;
  const keys = new Set(members.map((part) => part.split('=', 1)[0]));
  if (keys.size < members.length || !members.every((part) => member.test(part))) return null;
  const joined = members.join(',');
  return joined.length <= longestState ? joined : null;
}
