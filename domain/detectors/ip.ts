import { isIp } from './checks.ts';
import type { Detector } from './detector.ts';

/** Words before a number with three dots that is a version, not an address. */
const version = /\b(v|ver|version|release|build|firmware|section|chapter|oid|§)[\s.:]*$/i;

/** Internet addresses. */
export const ip = {
  name: 'ip',
  plural: 'IP addresses',
  summary: 'Four decimal bytes, or an IPv6 address. Not after a word such as "version".',
  source: 'RFC 791 and RFC 4291, as validator.js checks them',
  named: /\b(ip|ipv4|ipv6|ip ?addr(ess)?|remote ?addr(ess)?|client ?addr(ess)?)\b/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}.:-])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}-]|\.\d)|(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}:]))/giu,
  digits: 2,
  needs: /\d\.\d{1,3}\.\d|:[0-9a-f]{0,4}:/i,
  evidence: { share: 0.02, wholeShare: 0.3 },
  example: '192.0.2.17',
  accepts: ({ value, before }) =>
    isIp(value) && !version.test(before) && !(value.includes(':') && value.replaceAll(/[:0]/g, '').length < 1),
  possible: (value) => isIp(value),
  masked: (value) => (value.includes(':') ? '****:****' : '***.***.***.***'),
  // versions of four numbers are small numbers
  varied: (values) =>
    values.filter((value) => value.split('.').some((byte) => Number(byte) > 63) || value.includes(':')).length >=
    values.length / 3,
} as const satisfies Detector;
