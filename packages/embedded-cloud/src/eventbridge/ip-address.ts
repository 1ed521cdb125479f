import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { invalidPattern } from './pattern-errors.ts';

type Family = 'ipv4' | 'ipv6';

/** An IP address. */
export interface IpAddress {
  readonly family: Family;
  readonly text: string;
}

/** Reads an IPv4 or IPv6 literal; undefined when the text is neither (zones and embedded IPv4 are not taken). */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 'ipv4', text };
  if (/^[0-9a-fA-F:]+$/.test(text) && isIPv6(text)) return { family: 'ipv6', text };
  return undefined;
}

/** A set of addresses of one family. */
export interface AddressBlock {
  contains(address: IpAddress): boolean;
}

const blockOf = (family: Family, list: BlockList): AddressBlock => ({
  // A BlockList alone would find IPv6-mapped addresses in blocks of IPv4.
  contains: (address) => address.family === family && list.check(address.text, family),
});

/** One address in any of its spellings. */
export function addressBlock({ family, text }: IpAddress): AddressBlock {
  const list = new BlockList();
  list.addAddress(text, family);
  return blockOf(family, list);
}

/** The base of a block. Unlike an address to compare with, it may have zeros before its numbers. */
function parseBase(text: string): IpAddress {
  const plain = /^\d+(\.\d+){3}$/.test(text) ? text.replace(/\b0+(?=\d)/g, '') : text;
  const base = parseIp(plain);
  if (!base) throw invalidPattern(`Nonstandard IP address: ${text}`);
  return base;
}

const WIDTH: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * Reads `10.0.0.0/24` or `2001:db8::/64`. A block has two addresses at least: a single one is no block, but a text.
 * @throws InvalidEventPatternException
 */
export function parseCidr(text: string): AddressBlock {
  const [ip, mask, ...rest] = text.split('/');
  if (ip === undefined || mask === undefined || rest.length > 0)
    throw invalidPattern("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(mask)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  const base = parseBase(ip);
  const length = Number(mask);
  const width = WIDTH[base.family];
  if (length < 0) throw invalidPattern('Malformed CIDR, mask bits must not be negative');
  if (length >= width) throw invalidPattern(`${base.family === 'ipv4' ? 'IPv4' : 'IPv6'} mask bits must be < ${width}`);
  const list = new BlockList();
  list.addSubnet(base.text, length, base.family);
  return blockOf(base.family, list);
}
