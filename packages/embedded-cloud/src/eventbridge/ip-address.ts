import { isIPv4, isIPv6 } from 'node:net';
import { invalidPattern } from './pattern-errors.ts';

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

/** The base of a block. Unlike an address to compare with, it may have zeros before its numbers. */
function parseBase(text: string): IpAddress {
  const plain = /^\d+(\.\d+){3}$/.test(text) ? text.replace(/\b0+(?=\d)/g, '') : text;
  const base = parseIp(plain);
  if (!base) throw invalidPattern(`Nonstandard IP address: ${text}`);
  return base;
}

/**
 * Reads `10.0.0.0/24` or `2001:db8::/64`. A block has two addresses at least: a single one is no block, but a text.
 * @throws InvalidEventPatternException
 */
export function parseCidr(text: string): Cidr {
  const [ip, mask, ...rest] = text.split('/');
  if (ip === undefined || mask === undefined || rest.length > 0)
    throw invalidPattern("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(mask)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  const base = parseBase(ip);
  const length = Number(mask);
  if (length < 0) throw invalidPattern('Malformed CIDR, mask bits must not be negative');
  if (length >= base.bits)
    throw invalidPattern(`${base.bits === 32 ? 'IPv4' : 'IPv6'} mask bits must be < ${base.bits}`);
  const shift = BigInt(base.bits - length);
  return { contains: (address) => address.bits === base.bits && address.value >> shift === base.value >> shift };
}
