// Where an address is, coarsely: enough for a person to tell a visit of theirs from one that is not.
import { BlockList } from 'node:net';

const ownMachine = new BlockList();
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4');
ownMachine.addAddress('::1', 'ipv6');

const privateNetworks = new BlockList();
// RFC 1918, link-local addresses (RFC 3927), and what providers use behind one address (RFC 6598).
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4');
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4');
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4');
privateNetworks.addSubnet('169.254.0.0', 16, 'ipv4');
privateNetworks.addSubnet('100.64.0.0', 10, 'ipv4');
// RFC 4193, and link-local addresses (RFC 4291).
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/**
 * The network of an address: the first three of four numbers for IPv4 (/24), the first three of eight groups for
 * IPv6 (/48, what one site is usually given). The address itself cannot be told from it.
 * @param address - a valid IP address; an IPv6 zone is left out
 */
export function coarsePlace(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const ipv4 = bare.includes(':') ? embeddedIpv4(groupsOf(bare)) : bare;
  const [text, family] = ipv4 === null ? ([bare, 'ipv6'] as const) : ([ipv4, 'ipv4'] as const);
  if (ownMachine.check(text, family)) return 'this computer';
  if (privateNetworks.check(text, family)) return 'private network';
  if (family === 'ipv4') return text.split('.').slice(0, 3).concat('x').join('.');
  return `${groupsOf(text)
    .slice(0, 3)
    .map((group) => group.toString(16))
    .join(':')}:x`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // A URL's host is normalised: an IPv4 tail has become hexadecimal.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const numbers = (text: string | undefined) =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** The IPv4 address inside an IPv6 one: mapped (RFC 4291) or translated (RFC 6052); null when there is none. */
function embeddedIpv4(groups: readonly number[]): string | null {
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':');
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return null;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
