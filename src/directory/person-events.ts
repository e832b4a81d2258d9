// What is changed about a person, whichever way it comes: the JSON API, pages, the command line, the first start.
import type { EventContext } from '../events.ts';

/** Permissions and roles by name. */
export interface NamedRights {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
}

/** Who did something to whom. */
interface Deed extends EventContext {
  /** Who did it: the subject of a person as at their login, or `command line:` and an account, or `setup`. */
  readonly by: string;
  readonly personId: string;
}

/** A change of a person. No event carries a password, a token, a key or a profile. */
export type PersonEvent =
  | (Deed & NamedRights & { readonly type: 'person_created' })
  | (Deed &
      NamedRights & {
        readonly type: 'person_rights_changed';
        /** What there was, where it is known. */
        readonly before?: NamedRights;
      })
  | (Deed & {
      readonly type:
        | 'person_disabled'
        | 'person_enabled'
        | 'person_name_changed'
        | 'person_profile_changed'
        | 'person_password_set'
        | 'person_session_ended';
    })
  | (Deed & { readonly type: 'person_sessions_ended'; readonly count: number })
  | (Deed & {
      readonly type: 'person_deleted';
      /** What they were called: their id says nothing any more. */
      readonly name: string;
    })
  /** By the person; every other change of a password is `person_password_set`. */
  | (Deed & { readonly type: 'own_password_changed' });
