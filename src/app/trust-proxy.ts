// Reads TRUST_PROXY: how many proxies stand in front, or in which subnets they are.
import { isIP } from 'node:net';
import { z } from 'zod';

const names = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** A number of hops, or a list of addresses, subnets and Express's three names for private ranges. */
export const trustProxy = z.string().transform((text, context): number | string[] => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const subnets = text.split(',').map((item) => item.trim());
  if (subnets.every(isSubnet)) return subnets;
  context.addIssue({
    code: 'custom',
    message:
      text.toLowerCase() === 'true'
        ? 'may not be "true": then anybody could choose the address and protocol they seem to come from. Give a number of hops or subnets.'
        : 'is neither a number of hops nor a list of subnets, such as 10.0.0.0/8.',
  });
  return z.NEVER;
});

function isSubnet(text: string): boolean {
  if (names.has(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  // A subnet of everything is the same as "true".
  return /^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (family === 4 ? 32 : 128);
}
