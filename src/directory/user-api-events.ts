// What the JSON API for accounts reports: who did what to whom.
import type { AuthEvent, EventContext } from '../events.ts';
import type { PersonEvent } from './person-events.ts';

/** Everything it reports. No event carries a password, a token, a key or a profile. */
export type UserApiEvent =
  | (EventContext &
      (
        | {
            readonly type: 'api_login_succeeded' | 'api_logout';
            readonly personId: string;
            readonly subject: string;
          }
        /** The name that was typed is left out: people type passwords into the wrong field. */
        | { readonly type: 'api_login_refused'; readonly reason: 'credentials' | 'limited' }
        | {
            readonly type: 'api_access_refused';
            readonly code: string;
            /** Null: nobody knows who it was. */
            readonly personId: string | null;
            readonly subject: string | null;
            /** Of the API key, where one was presented and is known. */
            readonly keyId: string | null;
            readonly path: string;
          }
      ))
  | PersonEvent
  | Extract<AuthEvent, { readonly type: 'api_key_created' | 'api_key_revoked' }>;

/** Receives events. */
export type UserApiEventListener = (event: UserApiEvent) => void | Promise<void>;

/** Makes a listener safe to call: what it throws, later too, breaks no request. */
export function safeEmit(listener: UserApiEventListener | undefined): (event: UserApiEvent) => void {
  return (event) => {
    if (listener !== undefined) Promise.try(listener, event).catch(() => {});
  };
}
