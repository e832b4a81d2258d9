// User agents in words: those of real browsers, and texts that only say they are.
import { describe, expect, it } from 'vitest';
import { describeUserAgent, keptUserAgent, longestUserAgent } from '../../../src/http/user-agent.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const apple = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const ios = 'CPU iPhone OS 18_0 like Mac OS X';

describe('a user agent', () => {
  it.each([
    [
      'Chrome',
      'Windows',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36`,
    ],
    [
      'Edge',
      'Windows',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
    ],
    [
      'Safari',
      'macOS',
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${apple} Version/18.0 Safari/605.1.15`,
    ],
    ['Safari', 'iPhone', `Mozilla/5.0 (iPhone; ${ios}) ${apple} Version/18.0 Mobile/15E148 Safari/604.1`],
    ['Chrome', 'iPhone', `Mozilla/5.0 (iPhone; ${ios}) ${apple} CriOS/130.0 Mobile/15E148 Safari/604.1`],
    [
      'Safari',
      'iPad',
      `Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) ${apple} Version/17.0 Mobile/15E148 Safari/604.1`,
    ],
    ['Firefox', 'Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    [
      'Samsung Internet',
      'Android',
      `Mozilla/5.0 (Linux; Android 14; SM-S918B) ${webkit} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`,
    ],
    [
      'Opera',
      'Windows',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0`,
    ],
  ])('is %s on %s', (browser, system, userAgent) => {
    expect(keptUserAgent(userAgent)).toBe(userAgent);
    expect(describeUserAgent(userAgent)).toEqual({ browser, system });
  });

  it.each([
    '',
    'curl/8.5.0',
    '<script>alert(1)</script>/1.0',
    '__proto__/1',
    'constructor/1',
    'x'.repeat(9000),
  ])('that is none of a browser is not put into words: %.30s', (userAgent) => {
    expect(describeUserAgent(userAgent)).toEqual({ browser: null, system: null });
  });

  it('is taken for what it is where only a part of it is known', () => {
    const bot = 'Mozilla/5.0 (X11; Linux x86_64) something of our own';
    expect(describeUserAgent(bot)).toEqual({ browser: null, system: 'Linux' });
  });

  it('that is very long costs no time', () => {
    const before = performance.now();
    for (const piece of ['Mozilla/5.0 (', 'Version/1.', ' Android ', 'a1/']) {
      describeUserAgent(piece.repeat(20_000));
    }
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('is kept short, and without characters that control something', () => {
    expect(keptUserAgent(undefined)).toBe('');
    expect(keptUserAgent('x'.repeat(9000))).toHaveLength(longestUserAgent);
    expect(keptUserAgent('a\u009bb\u0007c')).toBe('abc');
  });
});
