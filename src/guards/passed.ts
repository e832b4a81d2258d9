// What a guard found on a request, for the guards of the same auth object that stand behind it on the route.
import type { Request } from 'express';
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
  const found = new WeakMap<Request, Credential>();
  return {
    note(req, credential) {
      // A copy beside the request: what an app writes on `req.auth`, or in it, proves nothing.
      const isSomebody = credential.kind === 'session' || credential.kind === 'header';
      found.set(
        req,
        isSomebody ? ({ ...credential, auth: copyOf(credential.auth) } as Credential) : credential,
      );
    },
    before: (req) => found.get(req),
  };
}

function copyOf(auth: RequestAuth): RequestAuth {
  const { session, apiKey } = auth;
  return { ...auth, ...ownLists(auth), session: session && { ...session }, apiKey: apiKey && { ...apiKey } };
}

/** Lists of this request's own: what is remembered serves the next one too, and nobody's handler may change it. */
export function ownLists({ scope, permissions, roles, amr }: Lists): Lists {
  return { scope: [...scope], permissions: [...permissions], roles: [...roles], amr: [...amr] };
}

type Lists = Pick<RequestAuth, 'scope' | 'permissions' | 'roles' | 'amr'>;
