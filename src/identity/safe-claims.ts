// Makes claims safe to keep: no keys that reach a prototype, no depth or size that hurts.

/** The most bytes of claims about a person that a session keeps. */
export const maxUserBytes = 4096;
const deepest = 6;
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Claims about the protocol, not about the person. */
const protocolClaims = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'azp',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  'typ',
  'auth_time',
  'acr',
  'amr',
  'scope',
  '_claim_names',
  '_claim_sources',
]);

/** The claims OpenID Connect Core section 5.1 defines: what is kept when there are too many. */
const standardClaims = new Set([
  'sub',
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'email_verified',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
  'updated_at',
]);
/** Characters of a standard claim when there are too many claims; the shorter ones where that is still too much. */
const longestStandardTexts = [200, 50, 10];
const notTexts: Record<string, string> = {
  email_verified: 'boolean',
  phone_number_verified: 'boolean',
  updated_at: 'number',
  address: 'object',
};

/** The claims to keep about a person. */
export interface KeptClaims {
  readonly user: Readonly<Record<string, unknown>>;
  /** Bytes that came when something was left out, else null. */
  readonly trimmedFrom: number | null;
}

/** Chooses what a session keeps of the claims about a person; `subject` is set last and cannot be replaced. */
export function keepClaims(claims: Readonly<Record<string, unknown>>, subject: string): KeptClaims {
  const all: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(claims)) {
    if (protocolClaims.has(name) || refusedKeys.has(name) || !hasItsType(name, value)) continue;
    all[name] = cleaned(value, 1);
  }
  all.sub = subject;
  const bytes = sizeOf(all);
  if (bytes <= maxUserBytes) return { user: all, trimmedFrom: null };

  let user: Record<string, unknown> = {};
  for (const longest of longestStandardTexts) {
    user = { ...standardOnly(all, longest), sub: subject };
    if (sizeOf(user) <= maxUserBytes) break;
  }
  return { user, trimmedFrom: bytes };
}

/** A frozen copy of claims as they are, without keys that reach a prototype and without depth that hurts. */
export function frozenClaims(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return frozen(cleaned(claims, 0)) as Readonly<Record<string, unknown>>;
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

function sizeOf(claims: Readonly<Record<string, unknown>>): number {
  return Buffer.byteLength(JSON.stringify(claims));
}

function standardOnly(claims: Readonly<Record<string, unknown>>, longest: number): Record<string, unknown> {
  const few: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(claims)) {
    if (!standardClaims.has(name) || (typeof value === 'object' && value !== null)) continue;
    few[name] = typeof value === 'string' ? value.slice(0, longest) : value;
  }
  return few;
}

/** A standard claim of another type than the specification's is left out: a name that is an object breaks pages. */
function hasItsType(name: string, value: unknown): boolean {
  return !standardClaims.has(name) || typeof value === (notTexts[name] ?? 'string');
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return null;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (!refusedKeys.has(name)) copy[name] = cleaned(inner, depth + 1);
  }
  return copy;
}
