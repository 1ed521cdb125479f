import { isIPv4, isIPv6 } from 'node:net';

/** An IP address as a number, with its width: 32 or 128 bits. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const parseV4 = (text: string): bigint => text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);

const parseV6 = (text: string): bigint => {
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
};

/** Reads an IPv4 or IPv6 literal; undefined when the text is neither (zones and embedded IPv4 are not taken). */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { bits: 32, value: parseV4(text) };
  if (/^[0-9a-fA-F:]+$/.test(text) && isIPv6(text)) return { bits: 128, value: parseV6(text) };
  return undefined;
}

/** A block of addresses: `contains` compares within one family only. */
export interface Cidr {
  contains(address: IpAddress): boolean;
}

/** Reads `10.0.0.0/24` or `2001:db8::/64`; undefined when the text is no CIDR block. */
export function parseCidr(text: string): Cidr | undefined {
  const [ip, mask, ...rest] = text.split('/');
  if (ip === undefined || mask === undefined || rest.length > 0 || !/^\d{1,3}$/.test(mask)) return undefined;
  const base = parseIp(ip);
  const length = Number(mask);
  if (!base || length > base.bits) return undefined;
  const shift = BigInt(base.bits - length);
  return { contains: (address) => address.bits === base.bits && address.value >> shift === base.value >> shift };
}
