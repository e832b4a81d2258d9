// What a successful login at the provider yields, as the rest of latchkey sees it.
import type { Secret } from '../crypto/secret.ts';

/** Claims as they came: nothing about them is to be trusted but that the provider said them. */
export type Claims = Readonly<Record<string, unknown>>;

/** The answer of the token endpoint after every check, with userinfo where it is asked for. */
export interface LoginResult {
  readonly subject: string;
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
  readonly idToken: Secret;
  /** Seconds the access token lives from now. */
  readonly expiresInSeconds: number;
  /** The granted scopes: never more than were asked for. */
  readonly scope: readonly string[];
  readonly idTokenClaims: Claims;
  /** The claims of an access token that is a JWT signed by this provider; null for an opaque one. */
  readonly accessTokenClaims: Claims | null;
  readonly userinfo: Claims | null;
  /** Seconds since the epoch; null when the provider did not say. */
  readonly authTime: number | null;
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** The provider's `sid`. */
  readonly providerSession: string | null;
}

/** What this login asked for and the answer has to meet. */
export interface LoginChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly scope: string;
  /** Seconds since the authentication, when that was limited. */
  readonly maxAge: number | null;
  /** acr values that are good enough, when one was asked for. */
  readonly acrValues: readonly string[] | null;
}
