// What the local provider is given: accounts, clients, keys and storage, all handed in.

import type { IncomingMessage } from 'node:http';
import type { LocalProviderStorage } from '../stores/provider-storage.ts';
import type { LocalProviderKeys } from './keys.ts';

/** A person who can sign in at the local provider. */
export interface LocalAccount {
  /** Becomes `sub`. */
  readonly id: string;
  /** OpenID Connect standard claims: `name`, `preferred_username`, `email`, `email_verified` … */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  /**
   * Milliseconds since the epoch: sessions and tokens of sign-ins before it do not count any more, such as those from
   * before the password was changed. Default: all of them count.
   */
  readonly signedInSince?: number;
}

/** Where a sign-in comes from. */
export interface LocalSignInOrigin {
  /** The IP address, as `clientAddress` says. */
  readonly address: string;
  /** A random value that this browser keeps in a cookie since an earlier sign-in; null: none. */
  readonly device: string | null;
}

/** Why a right name and password, or a try, is not enough. */
export type LocalSignInAnswer =
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }
  /** The password is a temporary one. `proof` goes to `choosePassword`; it is kept on the server. */
  | { readonly kind: 'new_password_needed'; readonly account: LocalAccount; readonly proof: string };

/** A new password that may not be chosen, and why, in a sentence. */
export interface UnsuitablePassword {
  readonly kind: 'unsuitable';
  readonly words: string;
}

/** Where the accounts live. */
export interface LocalAccounts {
  /** The account with this id, or null: then its sessions and tokens stop working. */
  find(id: string): Promise<LocalAccount | null>;
  /**
   * Returns the account when the password is right and nothing else is to be done, null when it is not; takes the same
   * time for unknown names.
   */
  authenticate(
    login: string,
    password: string,
    origin: LocalSignInOrigin,
  ): Promise<LocalAccount | LocalSignInAnswer | null>;
  /** Puts another password in the place of a temporary one. Null: it has changed meanwhile, so sign in anew. */
  choosePassword?(
    id: string,
    proof: string,
    password: string,
  ): Promise<LocalAccount | UnsuitablePassword | null>;
  /** True: `authenticate` counts failures itself. Default false: the provider counts them, in memory. */
  readonly countsFailures?: boolean;
}

/** A confidential client that may send people here (authorization code flow, `client_secret_basic`). */
export interface LocalClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Shown on the pages. Default: the client id. */
  readonly name?: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Told when a person signs out elsewhere (OpenID Connect Back-Channel Logout). Default: not told. */
  readonly backchannelLogoutUri?: string;
  /** True: no consent page, unless the client asks for one with `prompt=consent`. */
  readonly firstParty: boolean;
}

/** An API that takes JWT access tokens; asked for with `resource` (RFC 8707). */
export interface LocalApi {
  /** An absolute URI; becomes `aud`. */
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** A demo user shown on the sign-in page. */
export interface DemoHint {
  readonly login: string;
  readonly password: string;
  readonly about: string;
}

/** Lifetimes, in seconds. */
export interface LocalProviderLifetimes {
  /** Default 3600. */
  readonly accessTokenSeconds?: number;
  /** Default 14 days, from the last rotation. */
  readonly refreshTokenSeconds?: number;
  /** Default 14 days, from the last authorization request. */
  readonly sessionSeconds?: number;
  /** Default 3600. */
  readonly idTokenSeconds?: number;
  /** How long a sign-in page stays usable. Default 900. */
  readonly interactionSeconds?: number;
}

/** Something that happened, for the log. Never carries a token, a code, a cookie or what was typed in a form. */
export interface LocalProviderEvent {
  readonly name: string;
  readonly detail: Record<string, unknown>;
}

/** Receives what happened. What it throws is swallowed. */
export type LocalProviderListener = (event: LocalProviderEvent) => void;

/** Options of `createLocalProvider`. */
export interface LocalProviderOptions {
  /** The public origin, such as `http://127.0.0.1:3001`: no path, compared byte for byte by clients. */
  readonly issuer: string;
  readonly clients: readonly LocalClient[];
  readonly accounts: LocalAccounts;
  /** Keeps grants, sessions, codes and refresh tokens; survives restarts when it does. */
  readonly storage: LocalProviderStorage;
  readonly keys: LocalProviderKeys;
  /** Default: none. */
  readonly apis?: readonly LocalApi[];
  /** Scopes beside `openid profile email offline_access` and those of the APIs. Default: none. */
  readonly scopes?: readonly string[];
  /** Shown with their passwords on the sign-in page, so leave it out in production. Default: none. */
  readonly demoHints?: readonly DemoHint[];
  /** Default `latchkey`. */
  readonly productName?: string;
  readonly lifetimes?: LocalProviderLifetimes;
  /** The address of whoever sends a request. Default: the other end of the connection; behind a proxy say more. */
  readonly clientAddress?: (req: IncomingMessage) => string;
  readonly onEvent?: LocalProviderListener;
}
