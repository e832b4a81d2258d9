// The scopes of the local provider: which exist, which belong to an API, and how they are put to people.
import type { LocalApi } from './options.ts';

/** What can be asked for. */
export interface ScopeCatalogue {
  readonly scopes: readonly string[];
  /** The API with this audience, or null. */
  apiFor(resource: string): LocalApi | null;
  /** A scope in words, for the consent page. */
  wordsFor(scope: string): string;
}

const standardScopes = ['openid', 'profile', 'email', 'offline_access'];

const words: Record<string, string> = {
  openid: 'Know who you are and what you may do',
  profile: 'See your name and the rest of your profile',
  email: 'See your email address',
  offline_access: 'Keep access while you are away',
};

/** Joins the standard scopes, the extra ones and those of the APIs. */
export function createScopeCatalogue(extra: readonly string[], apis: readonly LocalApi[]): ScopeCatalogue {
  // oidc-provider drops a scope silently unless it is listed here, even when an API lists it.
  const scopes = [...new Set([...standardScopes, ...extra, ...apis.flatMap((api) => api.scopes)])];
  return {
    scopes,
    apiFor: (resource) => apis.find((api) => api.audience === resource) ?? null,
    wordsFor: (scope) => words[scope] ?? `Use “${scope}” for you`,
  };
}
