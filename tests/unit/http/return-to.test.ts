// The judge of return_to, on an https site, an http site and one below a path: nobody is sent to another site.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableReturnTo, judgeReturnTo, maxReturnToLength } from '../../../src/http/return-to.ts';
import { returnToValues } from '../../support/return-to-values.ts';

const deniedPaths = ['/login', '/auth-callback', '/logout', '/backchannel-logout', '/frontchannel-logout'];
const rulesOf = (base: string) => ({ baseUrl: new URL(base), deniedPaths, deniedPrefixes: ['/api/'] });

/** Where the browser is after a redirect to what the judge said, from the login route. */
const landing = (base: string, value: unknown): URL => {
  const home = new URL(base).pathname.replace(/\/?$/, '/');
  return new URL(judgeReturnTo(value, rulesOf(base)), new URL(`${home}login`, base));
};

it('knows all seventy values', () => {
  expect(new Set(returnToValues.map(({ id }) => id)).size).toBe(70);
});

describe.each(['https://rp.example', 'http://rp.example'])('on %s', (base) => {
  it.each(returnToValues)('$id: $value leads to the right page of this site', ({ value, keptAs }) => {
    const { href, origin, pathname } = landing(base, value);
    expect(href).toBe(new URL(keptAs ?? '/', base).href);
    expect(origin).toBe(base);
    expect(pathname).not.toMatch(/^\/\//);
  });
});

describe('on a site below a path', () => {
  const base = 'https://rp.example/app';

  it.each(returnToValues)('$id: $value is outside and leads home', ({ value }) => {
    expect(landing(base, value).href).toBe('https://rp.example/app/');
  });

  it.each(returnToValues.filter(({ keptAs }) => keptAs !== null))('$id: keeps /app$value', (entry) => {
    expect(landing(base, `/app${String(entry.value)}`).href).toBe(new URL(`/app${entry.keptAs}`, base).href);
  });

  it.each([
    '/app/logout',
    '/app/api/x',
    '/app/../secret',
    '/app/%2e%2e/secret',
    '/app/..//evil.example',
    '/application',
    '/APP/page',
  ])('%s leads home', (value) => {
    expect(landing(base, value).href).toBe('https://rp.example/app/');
  });
});

describe('routes that act', () => {
  it.each([
    '/LOGOUT',
    '/logout/',
    '/logout//',
    '/%6cogout',
    '/x/../logout',
    '/%2e/logout?x',
    '/login#f',
    '/Api',
    '/api/',
    '/backchannel-logout',
    '/frontchannel-logout?sid=1',
  ])('%s is never returned to', (value) => {
    expect(acceptableReturnTo(value, rulesOf('https://rp.example'))).toBeNull();
  });

  it.each(['/logout-help', '/apidocs', '/login.html', '/%'])('%s is a page like any other', (value) => {
    expect(acceptableReturnTo(value, rulesOf('https://rp.example'))).toBe(value);
  });
});

describe('length', () => {
  const rules = rulesOf('https://rp.example');

  it('keeps the longest path that is allowed and none that is longer', () => {
    const longest = `/${'a'.repeat(maxReturnToLength - 1)}`;
    expect(acceptableReturnTo(longest, rules)).toBe(longest);
    expect(acceptableReturnTo(`${longest}a`, rules)).toBeNull();
  });

  it('counts what would be kept, because percent-encoding makes a text longer', () => {
    expect(acceptableReturnTo(`/${'ü'.repeat(1000)}`, rules)).toBeNull();
    expect(acceptableReturnTo(`/${'a'.repeat(1_000_000)}`, rules)).toBeNull();
  });
});

describe('whatever a stranger invents', () => {
  const pieces = fc.constantFrom(
    ...[
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '%09',
      '\t',
      '\n',
      '\r',
      '\u0000',
      ' ',
      '@',
      ':',
      '?',
    ],
    ...[
      '#',
      '&',
      ';',
      '[',
      ']',
      '。',
      '／',
      'ⓔ',
      'ü',
      '\ud800',
      'evil.example',
      'rp.example',
      'https:',
      'http:',
    ],
    ...['javascript:', 'app', '/app', 'login', 'logout', 'a', '%', '%00'],
  );
  const inventions = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
    fc.array(pieces, { maxLength: 12 }).map((list) => `/${list.join('')}`),
    fc.array(pieces, { maxLength: 10 }).map((list) => `/app/${list.join('')}`),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((text) => `/${text}`),
    fc.anything(),
  );

  it.each(['https://rp.example', 'http://rp.example', 'https://rp.example/app', 'https://rp.example:8443'])(
    'ends on %s, in a path with one slash, and is judged the same again',
    (base) => {
      const { origin, pathname } = new URL(base);
      fc.assert(
        fc.property(inventions, (value) => {
          const path = judgeReturnTo(value, rulesOf(base));
          expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
          const resolved = new URL(path, `${origin}/any/page`);
          expect(resolved.origin).toBe(origin);
          expect(resolved.pathname).not.toMatch(/^\/\//);
          expect(`${resolved.pathname}/`).toMatch(new RegExp(`^${pathname.replace(/\/$/, '')}/`));
          expect(judgeReturnTo(path, rulesOf(base))).toBe(path);
        }),
        { numRuns: 3000 },
      );
    },
  );
});
