// Words that may become labels. Whatever else comes, be it from a provider or from a visitor, is `other`.
import { isErrorCode } from '../errors.ts';

/** Stable codes that are no error codes. */
const outcomes: ReadonlySet<string> = new Set(['refused', 'changed']);

/** An error code, or what a refresh came to. */
export function codeLabel(code: unknown): string {
  return typeof code === 'string' && (isErrorCode(code) || outcomes.has(code)) ? code : 'other';
}

/** One of a fixed set. */
export function oneOf(words: ReadonlySet<string>, given: unknown): string {
  return typeof given === 'string' && words.has(given) ? given : 'other';
}

/** Why sessions end. */
export const endReasons: ReadonlySet<string> = new Set([
  ...['logout', 'other_user', 'signed_in_again', 'refresh_refused', 'other_subject', 'userinfo_refused'],
  ...['back_channel', 'front_channel', 'ended_elsewhere', 'session_limit', 'account_disabled'],
  ...['account_removed', 'rights_unknown'],
]);

/** What is limited by how often it comes. */
export const limits: ReadonlySet<string> = new Set([
  ...['login', 'callback', 'credentials', 'logout', 'api', 'account'],
]);

/** Events of accounts and keys, counted by their own names. */
export const accountEvents: ReadonlySet<string> = new Set([
  ...['api_key_created', 'api_key_revoked', 'api_login_succeeded', 'api_login_refused', 'api_logout'],
  ...['person_created', 'person_rights_changed', 'person_disabled', 'person_enabled', 'person_deleted'],
  ...['person_name_changed', 'person_profile_changed', 'person_password_set', 'person_session_ended'],
  ...['person_sessions_ended', 'own_password_changed', 'account_login_refused', 'account_login_limited'],
  ...['account_password_changed', 'setup_refused'],
]);

/** Events that say that something did not work. */
export const failures: ReadonlySet<string> = new Set([
  ...['provider_failed', 'provider_tls_failed', 'store_failed', 'route_failed', 'userinfo_failed'],
  ...['userinfo_cache_failed', 'revocation_failed', 'place_failed', 'claims_trimmed'],
]);
