// What a route of the JSON API for accounts is called with, and what all of its routes share.
import type { Request, Response } from 'express';
import { clientAddress } from '../http/client-address.ts';
import { requestReference } from '../http/request-id.ts';
import { eventContext } from '../identity/event-context.ts';
import type { ApiKeys } from '../tokens/api-keys.ts';
import type { LoginCookie } from './login-credential.ts';
import type { Login } from './login-state.ts';
import type { Person } from './person.ts';
import type { UserApiEvent } from './user-api-events.ts';
import type { PersonChangeKind, UserApiSettings } from './user-api-options.ts';

/** What all routes share. */
export interface UserApiParts {
  readonly settings: UserApiSettings;
  readonly cookie: LoginCookie | null;
  readonly keys: ApiKeys;
  readonly emit: (event: UserApiEvent) => void;
  /** Tells the sessions of a person of a change; rejects when they could not be told. */
  readonly changed: (person: Person, change: PersonChangeKind) => Promise<void>;
}

/** A request behind the guard. */
export interface Call {
  readonly req: Request;
  readonly res: Response;
  readonly login: Login;
}

/** Does the work and gives the answer's body. */
export type Handler = (call: Call) => Promise<unknown>;

/** The same for a route that everybody may call. */
export type OpenHandler = (call: Omit<Call, 'login'>) => Promise<unknown>;

/** Who does something to whom, and from where. */
export function deedOf(req: Request, { subject: by }: Pick<Person, 'subject'>, { id }: Pick<Person, 'id'>) {
  return { ...eventContext(req), by, personId: id };
}

/** Where a password was typed, as far as it is known; limits count it. */
export function addressOf(req: Request): { readonly address: string; readonly requestId: string } {
  return { address: clientAddress(req) ?? 'unknown', requestId: requestReference(req) };
}
