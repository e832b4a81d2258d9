// Who somebody is and what they may do, put together from the answers of the provider.
import type { AuthorizationSource } from '../config/options.ts';
import { claimAt, namesIn } from './claim-path.ts';
import { keepClaims } from './safe-claims.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Where claims came from. */
export interface ClaimSources {
  readonly idToken: Claims;
  readonly accessToken: Claims | null;
  readonly userinfo: Claims | null;
}

/** Which claims hold permissions and roles, and where they count. */
export interface AuthorizationRules {
  readonly permissionsClaim: readonly string[];
  readonly rolesClaim: readonly string[];
  readonly authorizationFrom: readonly AuthorizationSource[];
}

/** A person as the app sees them. */
export interface Identity {
  readonly user: Claims;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  /** Bytes of claims that came when some were left out, else null. */
  readonly trimmedFrom: number | null;
}

const mostNames = 500;
/** Longer names are no permissions of anybody; kept, a few hundred of them would fill the session store. */
const longestName = 256;

/**
 * Joins the sources. Userinfo goes over the ID token's claims about the person, but never decides what they may
 * do unless the configuration says so.
 */
export function identityFrom(subject: string, sources: ClaimSources, rules: AuthorizationRules): Identity {
  const { user, trimmedFrom } = keepClaims({ ...sources.idToken, ...(sources.userinfo ?? {}) }, subject);
  const hidden = new Set([...rules.permissionsClaim, ...rules.rolesClaim]);
  return {
    // What counts is on `permissions` and `roles`; a second copy in the user would invite reading the wrong one.
    user: Object.fromEntries(Object.entries(user).filter(([name]) => !hidden.has(name))),
    permissions: firstPresent(sources, rules.authorizationFrom, rules.permissionsClaim),
    roles: firstPresent(sources, rules.authorizationFrom, rules.rolesClaim),
    trimmedFrom,
  };
}

function firstPresent(
  sources: ClaimSources,
  order: readonly AuthorizationSource[],
  paths: readonly string[],
): readonly string[] {
  const claimsOf = {
    access_token: sources.accessToken,
    id_token: sources.idToken,
    userinfo: sources.userinfo,
  };
  for (const source of order) {
    const claims = claimsOf[source];
    for (const path of claims === null ? [] : paths) {
      const value = claimAt(claims ?? {}, path);
      // Present but of another shape counts as none: it must not fall through to a source of less weight.
      if (value !== undefined) return keepNames(namesIn(value) ?? []);
    }
  }
  return [];
}

function keepNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => name.length <= longestName).slice(0, mostNames);
}
