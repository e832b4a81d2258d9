// How much each kind of event matters in the audit trail, and how many of it are kept: one row for every kind there is.
import type { Severity } from '../machine.ts';
import type { AppEvent } from './app-event.ts';
import type { EventsLeftOut } from './audit-budget.ts';

/** What can be an entry. */
export type AuditEvent = AppEvent | EventsLeftOut;

/** `all`: every one is kept. `some`: anybody can cause any number of them, or an outage can, so their number is bounded. */
type Row = readonly [Severity, 'all' | 'some'];

/** A new kind of event without a row here does not compile. */
const rows: Readonly<Record<AuditEvent['type'], Row>> = {
  login_started: ['Info', 'some'],
  login_succeeded: ['Info', 'all'],
  login_failed: ['Medium', 'some'],
  silent_login_started: ['Info', 'some'],
  silent_login_declined: ['Info', 'some'],
  silent_login_failed: ['Medium', 'some'],
  login_healed: ['Info', 'some'],
  session_ended: ['Info', 'all'],
  logout: ['Info', 'some'],
  back_channel_refused: ['High', 'some'],
  tokens_refreshed: ['Info', 'some'],
  refresh_failed: ['Medium', 'some'],
  claims_fetched: ['Info', 'some'],
  userinfo_failed: ['Medium', 'some'],
  userinfo_cache_failed: ['Error', 'some'],
  revocation_failed: ['Error', 'some'],
  access_refused: ['Medium', 'some'],
  rate_limited: ['High', 'some'],
  api_key_created: ['Medium', 'all'],
  api_key_revoked: ['Medium', 'all'],
  claims_trimmed: ['Medium', 'some'],
  place_failed: ['Medium', 'some'],
  provider_failed: ['Error', 'some'],
  provider_tls_failed: ['High', 'some'],
  store_failed: ['Error', 'some'],
  route_failed: ['Error', 'some'],
  api_login_succeeded: ['Info', 'all'],
  api_logout: ['Info', 'all'],
  api_access_refused: ['Medium', 'some'],
  account_login_refused: ['Medium', 'some'],
  account_login_limited: ['High', 'some'],
  setup_refused: ['High', 'some'],
  person_created: ['Medium', 'all'],
  person_rights_changed: ['High', 'all'],
  person_disabled: ['High', 'all'],
  person_enabled: ['High', 'all'],
  person_deleted: ['High', 'all'],
  person_name_changed: ['Info', 'all'],
  person_profile_changed: ['Info', 'all'],
  person_password_set: ['High', 'all'],
  person_session_ended: ['Medium', 'all'],
  person_sessions_ended: ['Medium', 'all'],
  own_password_changed: ['Medium', 'all'],
  events_left_out: ['High', 'all'],
};

/** Ends of a session that are more than somebody leaving. */
const severeEnds: ReadonlySet<string> = new Set([
  'account_disabled',
  'account_removed',
  'rights_unknown',
  'other_subject',
  'userinfo_refused',
]);

/** The severity of an event. */
export function severityOf(event: AuditEvent): Severity {
  if (event.type === 'session_ended' && severeEnds.has(event.reason)) return 'High';
  return rows[event.type][0];
}

/** Whether the number of these is bounded. */
export function isBounded({ type }: AppEvent): boolean {
  return rows[type][1] === 'some';
}
