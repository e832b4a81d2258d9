// What a guard may require beside a valid credential, and the order in which it is checked.
import { type ErrorDetails, LatchkeyError } from '../errors.ts';
import type { RequestAuth } from './request-auth.ts';

/** A list of names of which all, or at least one, must be there. */
export interface Names {
  readonly mode: 'all' | 'any';
  readonly names: readonly string[];
}

/** A plain list means all of it. */
export type NamesOption = readonly string[] | Names;

/** All of these names. The same as giving a plain list. */
export function allOf(...names: readonly string[]): Names {
  return { mode: 'all', names };
}

/** At least one of these names. */
export function anyOf(...names: readonly string[]): Names {
  return { mode: 'any', names };
}

/** What a guard requires of a valid credential. */
export interface Requirements {
  readonly scope?: NamesOption;
  /** The least acr, in the order given to `createAuth`; one that is not listed there only equals itself. */
  readonly acr?: string;
  readonly amr?: NamesOption;
  /** Seconds since the person authenticated at the provider. */
  readonly maxAge?: number;
  readonly roles?: NamesOption;
  readonly permissions?: NamesOption;
}

/** A stronger or fresher login would do: what to ask the provider for. */
export interface StepUp {
  readonly acrValues: readonly string[] | null;
  readonly maxAge: number | null;
}

/** The first requirement that is not met. */
export interface Unmet {
  readonly error: LatchkeyError;
  /** Null where signing in again changes nothing. */
  readonly stepUp: StepUp | null;
}

/** Seconds that two clocks may differ; the same as when the provider's answer is checked, so nobody goes in circles. */
const toleranceSeconds = 30;

/** Checks scope, acr and maxAge, amr, roles and permissions, in this order. Null: everything is met. */
export function firstUnmet(
  auth: RequestAuth,
  required: Requirements,
  acrOrder: readonly string[],
  nowSeconds: number,
): Unmet | null {
  const missingScopes = missing(auth.scope, required.scope);
  if (missingScopes !== null) {
    return final('insufficient_scope', missingScopes, { scope: namesOf(required.scope ?? []).names });
  }

  const acrValues = required.acr === undefined ? null : acrFrom(required.acr, acrOrder);
  const maxAge = required.maxAge ?? null;
  const acrMet = acrValues === null || (auth.acr !== null && acrValues.includes(auth.acr));
  const fresh =
    maxAge === null || (auth.authTime !== null && nowSeconds - auth.authTime <= maxAge + toleranceSeconds);
  // Where a login has to come anyway, it may well bring the factors that are missing.
  if (!acrMet || !fresh) return again({ acrValues, maxAge });
  if (missing(auth.amr, required.amr) !== null) {
    // No parameter of a request names factors, so a login for their sake alone may come back the same.
    return { error: new LatchkeyError('authentication_insufficient', { detail: 'amr' }), stepUp: null };
  }

  const missingRoles = missing(auth.roles, required.roles);
  if (missingRoles !== null) return final('insufficient_roles', missingRoles);
  const missingPermissions = missing(auth.permissions, required.permissions);
  if (missingPermissions !== null) return final('insufficient_permissions', missingPermissions);
  return null;
}

/** What to ask the provider for when somebody signs in for these requirements; null for an ordinary login. */
export function loginFor(required: Requirements, acrOrder: readonly string[]): StepUp | null {
  const acrValues = required.acr === undefined ? null : acrFrom(required.acr, acrOrder);
  const maxAge = required.maxAge ?? null;
  return acrValues === null && maxAge === null ? null : { acrValues, maxAge };
}

/** Whether everybody meets these requirements. */
export function requiresNothing({ acr, maxAge, ...lists }: Requirements): boolean {
  const { scope, amr, roles, permissions } = lists;
  const isOpen = [scope, amr, roles, permissions].every(
    (names) => names === undefined || missing([], names) === null,
  );
  return isOpen && acr === undefined && maxAge === undefined;
}

/** The acr values that are at least as strong as this one, itself first. */
function acrFrom(least: string, order: readonly string[]): readonly string[] {
  const index = order.indexOf(least);
  return index === -1 ? [least] : order.slice(index);
}

/** The names that are missing; null when the requirement is met. An empty list requires nothing. */
function missing(held: readonly string[], option: NamesOption | undefined): readonly string[] | null {
  if (option === undefined) return null;
  const { mode, names } = namesOf(option);
  if (names.length === 0) return null;
  const absent = names.filter((name) => !held.includes(name));
  const met = mode === 'all' ? absent.length === 0 : absent.length < names.length;
  return met ? null : absent;
}

function namesOf(option: NamesOption): Names {
  return 'mode' in option ? option : allOf(...option);
}

function final(
  code: 'insufficient_scope' | 'insufficient_roles' | 'insufficient_permissions',
  needed: readonly string[],
  more: Pick<ErrorDetails, 'scope'> = {},
): Unmet {
  const details: ErrorDetails = { ...more, needed, detail: `missing: ${needed.join(' ')}` };
  return { error: new LatchkeyError(code, details), stepUp: null };
}

function again(stepUp: StepUp): Unmet {
  return {
    error: new LatchkeyError('authentication_insufficient', { detail: 'acr or age of the login' }),
    stepUp,
  };
}
