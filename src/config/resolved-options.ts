// What createAuth works with: the same options, checked and with every default filled in.
import type { Clock } from '../clock.ts';
import type { AuthorizationSource, ClientAuth, PlaceOf, ProtectedResourceOptions } from './options.ts';
import type { ResolvedLimits } from './rate-limits.ts';
import type { UserinfoCache } from './userinfo-cache.ts';

/** The same options, checked and with every default filled in. */
export interface ResolvedOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly clientAuth: ClientAuth;
  readonly clientKey: string | undefined;
  readonly baseUrl: URL;
  readonly sessionSecrets: readonly string[];
  readonly scope: string;
  readonly audience: string | undefined;
  readonly permissionsClaim: readonly string[];
  readonly rolesClaim: readonly string[];
  readonly scopeClaim: readonly string[];
  readonly accessTokenTyp: 'any' | 'strict';
  readonly accessTokenMarks: readonly string[];
  readonly introspection: 'opaque' | 'always' | 'never';
  readonly introspectionSeconds: number;
  readonly tokenCacheSize: number;
  readonly apiKeySeconds: number;
  readonly directoryIssuer: string;
  readonly directorySeconds: number;
  readonly protectedResource: ProtectedResourceOptions | undefined;
  readonly authorizationFrom: readonly AuthorizationSource[];
  readonly userinfo: 'login' | 'never';
  readonly userinfoSeconds: number | null;
  readonly userinfoCache: UserinfoCache | undefined;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly sessionLimit: number | undefined;
  readonly placeOf: PlaceOf | undefined;
  readonly accessTokenCookie: 'sealed' | 'plain';
  readonly acrOrder: readonly string[];
  readonly idTokenAlgorithms: readonly string[];
  readonly logoutTokenTyp: 'any' | 'strict';
  readonly providerTimeoutSeconds: number;
  readonly afterLogoutPath: string;
  readonly neverReturnTo: readonly string[];
  readonly limits: ResolvedLimits;
  readonly allowInsecureHttp: boolean;
  readonly clock: Clock;
}
