// What a guard found on a request, for the guards that stand behind it on the same route.
import type { Request } from 'express';
import type { Credential } from './authenticate.ts';

const found = new WeakMap<Request, Credential>();

/** Notes what a guard found and let through. Kept beside the request: what an app writes on it proves nothing. */
export function notePassed(req: Request, credential: Credential): void {
  found.set(req, credential);
}

/** What the last guard before let through; undefined where none stands before. */
export function passedWith(req: Request): Credential | undefined {
  return found.get(req);
}
