// What the outgoing side reports: tokens fetched, calls made, and what went wrong with either.

/** Everything that is reported. No event carries a token, a secret, a header, a query or a body. */
export type MachineEvent =
  | {
      readonly type: 'machine_token_fetched';
      readonly issuer: string;
      readonly clientId: string;
      /** Null when the provider did not say. */
      readonly expiresInSeconds: number | null;
      readonly ms: number;
    }
  | {
      readonly type: 'machine_token_failed';
      readonly issuer: string;
      readonly clientId: string;
      readonly code: string;
      readonly detail: string;
    }
  | { readonly type: 'token_cache_failed'; readonly detail: string }
  | {
      readonly type: 'api_call';
      readonly method: string;
      readonly host: string;
      /** Without the query. */
      readonly path: string;
      /** Null when no answer came. */
      readonly status: number | null;
      readonly ms: number;
      /** Which try of this call it was: 2 after a 401. */
      readonly attempt: number;
      /** The trace id of the call, to find the other side's lines. */
      readonly traceId: string;
      /** Why no answer came, as a code. */
      readonly failure?: string;
    };

/** Receives events. What it throws is swallowed: reporting never breaks a call. */
export type MachineEventListener = (event: MachineEvent) => void | Promise<void>;

/** Makes a listener safe to call. */
export function safely(listener: MachineEventListener | undefined): (event: MachineEvent) => void {
  return (event) => {
    if (listener !== undefined) Promise.try(listener, event).catch(() => {});
  };
}
