// Everything that the app reports about itself: each event is a line of the log and an entry of the audit trail.
import type { AccountEvent, PersonEvent, UserApiEvent } from '../directory.ts';
import type { AuthEvent, EventContext } from '../index.ts';

/** What the page of the first administrator refuses. */
interface SetupRefused extends EventContext {
  readonly type: 'setup_refused';
  readonly reason: 'secret' | 'limited' | 'cross_site';
}

/**
 * An event of the app. Two are left out, because another one says the same with more in it: a login of the JSON API
 * that is refused is also `account_login_refused`, and whoever has a password changed says by whom.
 */
export type AppEvent = EventContext &
  (
    | AuthEvent
    | Exclude<UserApiEvent, { readonly type: 'api_login_refused' }>
    | Exclude<AccountEvent, { readonly type: 'account_password_changed' }>
    | PersonEvent
    | SetupRefused
  );

/** Takes events from where they happen; null for those that another one says better. */
export function appEventOf(event: AppEvent | UserApiEvent | AccountEvent): AppEvent | null {
  return event.type === 'api_login_refused' || event.type === 'account_password_changed' ? null : event;
}
