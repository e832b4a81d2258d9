// The cookie by which a browser is known again: whoever guesses elsewhere cannot keep its owner out.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringifySetCookie } from 'cookie';
import { randomToken } from '../crypto/random.ts';
import { readCookies } from '../http/cookies.ts';

const name = 'lk_op_device';
const maxAge = 400 * 24 * 60 * 60;

/** The value that this browser keeps, or a new one for it. */
export function deviceOf(req: IncomingMessage): string {
  const kept = readCookies(req).find(([cookie, value]) => cookie === name && /^[\w-]{43}$/.test(value));
  return kept?.[1] ?? randomToken();
}

/** Gives the browser its value to keep for another while. It says nothing about a person. */
export function keepDevice(res: ServerResponse, device: string, secure: boolean): void {
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge } as const;
  res.appendHeader('Set-Cookie', stringifySetCookie({ name, value: device, ...options }));
}
