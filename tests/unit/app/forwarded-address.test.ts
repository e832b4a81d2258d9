// Whose address failed sign-ins are counted for, when proxies stand in front of the local provider.
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { forwardedAddress } from '../../../src/app/forwarded-address.ts';

const requestFrom = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a sign-in', () => {
  it.each([
    ['no proxy is trusted, so an attacker’s header is not read', null, '203.0.113.9'],
    ['one hop is trusted: what it wrote counts, and not what came to it', 1, '198.51.100.7'],
    ['the proxy’s subnet is trusted', ['203.0.113.0/24'], '198.51.100.7'],
    ['another subnet is trusted', ['10.0.0.0/8'], '203.0.113.9'],
  ])('%s', (_what, trust: number | string[] | null, address) => {
    const request = requestFrom('203.0.113.9', '192.0.2.66, 198.51.100.7');
    expect(forwardedAddress(trust)(request)).toBe(address);
    expect(forwardedAddress(trust)(requestFrom('203.0.113.9'))).toBe('203.0.113.9');
  });
});
