// The network that an address stands for where requests are counted: one customer, in one spelling.
import { isIPv6 } from 'node:net';

/**
 * An IPv4 address as it is, also where it is written in IPv6; an IPv6 address by its first 64 bits, because one
 * customer has at least that many (RFC 6177). What is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address;
  const groups = groupsOf(plain);
  return (
    inIPv4(groups) ??
    groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')
  );
}

/** The eight groups of a valid address, as numbers. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const left = numbersIn(head);
  if (tail === undefined) return left;
  const right = numbersIn(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function numbersIn(part: string): readonly number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** Mapped (RFC 4291 section 2.5.5.2) or behind a translator (RFC 6052): else all of IPv4 would be one network. */
function inIPv4(groups: readonly number[]): string | null {
  const [high = 0, low = 0] = groups.slice(6);
  const start = groups.slice(0, 6).join(' ');
  if (start !== '0 0 0 0 0 65535' && start !== `${0x64} ${0xff9b} 0 0 0 0`) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
