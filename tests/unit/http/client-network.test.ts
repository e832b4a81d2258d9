// Whose requests are counted together: one customer, however the address is written.
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../src/http/client-network.ts';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:0:0:ffff::', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

  it('tells neighbours in IPv4, and other /64s, apart', () => {
    const all = ['203.0.113.7', '203.0.113.8', '::ffff:203.0.113.9', '2001:db8:0:1::1', '2001:db8:0:2::1'];
    expect(new Set(all.map(networkOf)).size).toBe(all.length);
  });
});
