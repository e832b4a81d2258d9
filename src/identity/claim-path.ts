// Finds a claim by its configured path: a plain name, a URL-shaped name, or steps joined by dots.

/**
 * The value at a claim path. A claim whose whole name equals the path wins over steps, because namespaced
 * claims are URLs with dots in them. Only own properties count.
 */
export function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** A list of names from a claim: a list of texts or a space-separated text; null for anything else. */
export function namesIn(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return value.split(/\s+/).filter((name) => name !== '');
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return null;
}
