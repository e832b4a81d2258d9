// What a guard found on a request, for the guards of the same auth object that stand behind it on the route.
import type { Request } from 'express';
import { createNote } from '../request-notes.ts';
import type { Credential } from './authenticate.ts';
import type { RequestAuth } from './request-auth.ts';

/** What guards have let through. Each auth object has its own: what another found is not for its guards to judge. */
export interface Passed {
  /** Notes what a guard found and let through. */
  note(req: Request, credential: Credential): void;
  /** What the last guard before let through; undefined where none stands before. */
  before(req: Request): Credential | undefined;
}

export function createPassed(): Passed {
  const found = createNote<Credential>();
  return {
    note: found.set,
    before(req) {
      const credential = found.get(req);
      const isSomebody = credential?.kind === 'session' || credential?.kind === 'header';
      // Made anew: what an app writes on `req.auth`, or in it, proves nothing.
      return isSomebody ? ({ ...credential, auth: credential.anew() } as Credential) : credential;
    },
  };
}

/** Lists of this request's own: what is remembered serves the next one too, and nobody's handler may change it. */
export function ownLists({ scope, permissions, roles, amr }: Lists): Lists {
  return { scope: [...scope], permissions: [...permissions], roles: [...roles], amr: [...amr] };
}

type Lists = Pick<RequestAuth, 'scope' | 'permissions' | 'roles' | 'amr'>;
