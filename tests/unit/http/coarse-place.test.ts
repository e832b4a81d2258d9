// The coarse place of an address: enough to tell networks apart, never the address.
import { describe, expect, it } from 'vitest';
import { coarsePlace } from '../../../src/http/coarse-place.ts';

describe('the place of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2.x'],
    ['8.8.8.8', '8.8.8.x'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:x'],
    ['2001:db8::1', '2001:db8:0:x'],
    ['2001:0DB8:00aa::', '2001:db8:aa:x'],
    ['2a00::', '2a00:0:0:x'],
    // An IPv4 client on a socket that speaks both.
    ['::ffff:192.0.2.77', '192.0.2.x'],
    ['::ffff:c000:24d', '192.0.2.x'],
    ['64:ff9b::192.0.2.77', '192.0.2.x'],
    ['127.0.0.1', 'this computer'],
    ['127.8.8.8', 'this computer'],
    ['::1', 'this computer'],
    ['::ffff:127.0.0.1', 'this computer'],
    ['10.1.2.3', 'private network'],
    ['172.16.0.1', 'private network'],
    ['172.31.255.255', 'private network'],
    ['172.32.0.1', '172.32.0.x'],
    ['192.168.178.20', 'private network'],
    ['169.254.1.1', 'private network'],
    ['100.64.0.1', 'private network'],
    ['100.128.0.1', '100.128.0.x'],
    ['fd12:3456:789a::1', 'private network'],
    ['fe80::1', 'private network'],
    ['fe80::1%eth0', 'private network'],
    ['::ffff:10.0.0.1', 'private network'],
  ])('%s is %s', (address, place) => {
    expect(coarsePlace(address)).toBe(place);
  });
});
