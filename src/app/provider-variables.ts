// The variables about who signs people in: the provider and what is asked of it, and the accounts kept here.
import { z } from 'zod';
import { file, list, number, oneOf, seconds, url } from './variable-checks.ts';

/** A part of the table of all variables. */
export const providerVariables = {
  OIDC_ISSUER: {
    check: url,
    fallback: 'unset: the built-in local provider',
    about: 'exact issuer URL of your provider',
  },
  OIDC_CLIENT_ID: { check: z.string(), fallback: '', about: 'client id of the registration at the provider' },
  OIDC_CLIENT_SECRET: { check: z.string(), fallback: '', about: 'its secret' },
  OIDC_CLIENT_AUTH: {
    check: oneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'),
    fallback: 'client_secret_basic',
    about: 'how the client proves itself: client_secret_basic, client_secret_post, private_key_jwt or none',
  },
  OIDC_CLIENT_KEY_FILE: { check: file, fallback: '', about: 'PEM or JWK file for private_key_jwt' },
  OIDC_SCOPE: {
    check: z.string(),
    fallback: 'openid profile email offline_access',
    about: 'scopes to ask for',
  },
  OIDC_AUDIENCE: {
    check: z.string(),
    fallback: '',
    about: 'API to ask access tokens for, sent as `resource`; bearer tokens must name it in `aud`',
  },
  OIDC_PERMISSIONS_CLAIM: {
    check: list,
    fallback: 'permissions',
    about: 'claim paths, comma-separated; the first present wins',
  },
  OIDC_ROLES_CLAIM: {
    check: list,
    fallback: 'roles',
    about: 'claim paths, comma-separated; the first present wins',
  },
  OIDC_AUTHORIZATION_FROM: {
    check: list.pipe(z.array(oneOf('access_token', 'id_token', 'userinfo'))),
    fallback: 'access_token,id_token',
    about: 'where permissions and roles are read, in this order',
  },
  OIDC_USERINFO: {
    check: oneOf('login', 'never'),
    fallback: 'login',
    about: '`never` uses the ID token alone',
  },
  OIDC_USERINFO_SECONDS: {
    check: seconds,
    fallback: 'unset: at login and with each renewed token',
    about: 'a visit asks userinfo anew when it is older than so many seconds',
  },
  OIDC_PROFILE: {
    check: oneOf('baseline'),
    fallback: 'baseline',
    about: 'security profile; this version has `baseline`',
  },
  LOCAL_PROVIDER_URL: {
    check: url.refine((text) => !URL.canParse(text) || new URL(text).origin === text.replace(/\/$/, ''), {
      error: 'has more in it than scheme, host and port.',
    }),
    fallback: '',
    about: 'public address of the local provider, for a team without one: it signs in the accounts kept here',
  },
  PASSWORD_MIN_LENGTH: {
    check: number(8, 64),
    fallback: '12',
    about: 'characters that a new password of an account kept here has at the least',
  },
} as const;
