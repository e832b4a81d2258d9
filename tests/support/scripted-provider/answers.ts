// Whole answers that no honest provider gives, for `bend.raw`.
import { gzipSync } from 'node:zlib';
import type { Json, RawAnswer } from './types.ts';

/** Any status, body and headers. */
export const answer =
  (status: number, body = '', headers: Record<string, string> = {}): RawAnswer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

/** Any JSON text: an array, `null`, duplicate keys, half an object; the label can be wrong too. */
export const jsonText = (text: string, status = 200, type = 'application/json'): RawAnswer =>
  answer(status, text, { 'content-type': type });

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): RawAnswer =>
  answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });

export const html = (
  status = 200,
  body = '<!doctype html><h1>Welcome to the captive portal</h1>',
): RawAnswer => answer(status, body, { 'content-type': 'text/html; charset=utf-8' });

export const redirectTo = (location: string, status = 302): RawAnswer => answer(status, '', { location });

/** Accepts the request and says nothing until the connection ends. */
export const hang = (): RawAnswer => () => undefined;

/** Closes the connection without an answer. */
export const hangUp = (): RawAnswer => (request) => void request.socket.destroy();

/** Sends the headers at once and then a byte now and then, for ever: each byte resets a naive idle timeout. */
export const drip =
  (everyMs = 100): RawAnswer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{');
    const timer = setInterval(() => response.write(' '), everyMs);
    response.on('close', () => clearInterval(timer));
  };

/** Waits, then lets `next` answer. */
export const late =
  (delayMs: number, next: RawAnswer): RawAnswer =>
  (request, response) => {
    const timer = setTimeout(() => void next(request, response), delayMs);
    response.on('close', () => clearTimeout(timer));
  };

const padded = (base: Json, bytes: number): string => JSON.stringify({ ...base, padding: 'x'.repeat(bytes) });

/** Valid JSON of about this many bytes, without a Content-Length unless asked, so that only counting helps. */
export const oversized =
  (bytes: number, base: Json = {}, options: { readonly announce?: boolean } = {}): RawAnswer =>
  (_request, response) => {
    const body = padded(base, bytes);
    const length = options.announce === true ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...length });
    response.flushHeaders();
    response.end(body);
  };

/** A small gzip body that inflates to about this many bytes of valid JSON. Sent even to who did not ask for gzip. */
export const gzipBomb = (bytes: number, base: Json = {}): RawAnswer => {
  const body = gzipSync(padded(base, bytes));
  return (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(body);
};

/** JSON nested this deep in the member `deep`. */
export const deepJson = (depth: number, base: Json = {}): RawAnswer =>
  jsonText(
    `${JSON.stringify({ ...base, last: 0 }).slice(0, -1)},"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`,
  );

/** The OAuth error shape. */
export const oauthError = (error: string, status = 400, description?: string): RawAnswer =>
  json({ error, ...(description === undefined ? {} : { error_description: description }) }, status);
