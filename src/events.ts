// What happens, as typed events: logs, audit and metrics subscribe here and nothing else reports anything.

/** Who and where, on every event that a request caused. */
export interface EventContext {
  readonly requestId?: string;
  readonly ip?: string;
  /** W3C Trace Context: the trace of the request, and its own step in it. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Who makes or revokes an API key, as far as whoever does it says so; it stands in the event and decides nothing. */
export interface ApiKeyDeed extends EventContext {
  /** Who does it, such as the subject of an administrator. */
  readonly by?: string;
  /** The owner's id in your directory. */
  readonly personId?: string;
}

/** Everything latchkey reports. No event carries a token, a cookie, a code or a session id. */
export type AuthEvent = EventContext &
  (
    | { readonly type: 'login_started'; readonly issuer: string; readonly stepUp: boolean }
    | {
        readonly type: 'login_succeeded';
        readonly issuer: string;
        readonly subject: string;
        /** From the redirect out to the session, in seconds: mostly what the person needed at the provider. */
        readonly seconds?: number;
      }
    | {
        readonly type: 'login_failed';
        readonly code: string;
        readonly detail?: string;
        readonly providerError?: string;
      }
    | { readonly type: 'silent_login_started'; readonly issuer: string }
    /** The provider would have to show something, so the visitor stays anonymous: the usual way it ends. */
    | { readonly type: 'silent_login_declined'; readonly providerError: string }
    | {
        readonly type: 'silent_login_failed';
        readonly code: string;
        readonly detail: string;
        readonly providerError?: string;
      }
    | { readonly type: 'login_healed'; readonly how: 'continued' | 'restarted' }
    | {
        readonly type: 'session_ended';
        readonly reason:
          | 'logout'
          | 'other_user'
          | 'signed_in_again'
          | 'refresh_refused'
          | 'other_subject'
          | 'userinfo_refused'
          | 'back_channel'
          | 'front_channel'
          | 'ended_elsewhere'
          | 'session_limit'
          | 'account_disabled'
          | 'account_removed'
          /** Its rights could not be looked up when it began, or not be brought up to date. */
          | 'rights_unknown';
        readonly issuer: string;
        readonly subject: string;
      }
    | { readonly type: 'logout'; readonly subject: string | null; readonly atProvider: boolean }
    | { readonly type: 'back_channel_refused'; readonly code: string; readonly detail: string }
    | { readonly type: 'tokens_refreshed'; readonly subject: string }
    | {
        readonly type: 'refresh_failed';
        readonly subject: string;
        readonly code: string;
        readonly detail: string;
      }
    | { readonly type: 'claims_fetched'; readonly subject: string; readonly from: 'provider' | 'cache' }
    | {
        readonly type: 'userinfo_failed';
        readonly subject: string;
        readonly code: string;
        readonly detail: string;
      }
    | { readonly type: 'userinfo_cache_failed'; readonly detail: string }
    | { readonly type: 'revocation_failed'; readonly detail: string }
    | {
        readonly type: 'access_refused';
        readonly code: string;
        /** What is wrong with a token or key in a header. */
        readonly detail?: string;
        readonly subject: string | null;
        readonly path: string;
      }
    /** So many were refused since the last such event; one at once, then one in ten seconds for the same sender. */
    | {
        readonly type: 'rate_limited';
        readonly limit: string;
        readonly by: 'address' | 'account';
        readonly refused: number;
        readonly retryAfterSeconds: number;
      }
    | (ApiKeyDeed & {
        readonly type: 'api_key_created';
        readonly keyId: string;
        readonly name: string;
        /** Of the person it acts for; null: nobody. */
        readonly subject: string | null;
      })
    | (ApiKeyDeed & { readonly type: 'api_key_revoked'; readonly keyId: string })
    | { readonly type: 'claims_trimmed'; readonly subject: string; readonly bytes: number }
    | { readonly type: 'place_failed'; readonly detail: string }
    | { readonly type: 'provider_failed'; readonly code: string; readonly detail: string }
    /** A security event: whoever answers at this address could not prove to be the provider. `place` has no query. */
    | { readonly type: 'provider_tls_failed'; readonly place: string; readonly reason: string }
    | { readonly type: 'store_failed'; readonly detail: string }
    | { readonly type: 'route_failed'; readonly code: string; readonly detail: string }
  );

/** Receives events. What it throws is swallowed: reporting never breaks a request. */
export type EventListener = (event: AuthEvent) => void | Promise<void>;

/** Sends an event to every listener. */
export type Emit = (event: AuthEvent) => void;

/** Joins listeners into one emit function. */
export function createEmit(listeners: readonly EventListener[]): Emit {
  return (event) => {
    for (const listener of listeners) {
      // A broken subscriber, be it an asynchronous one, must not turn a login into an error or end the process.
      Promise.try(listener, event).catch(() => {});
    }
  };
}

/** The event for an error on our side or at a dependency. */
export function failureEvent(error: { readonly code: string; readonly message: string }): AuthEvent {
  const { code, message: detail } = error;
  if (code === 'store_unavailable') return { type: 'store_failed', detail };
  if (code.startsWith('provider_')) return { type: 'provider_failed', code, detail };
  return { type: 'route_failed', code, detail };
}
