import { passesLuhn } from './checks.ts';
import type { Detector } from './detector.ts';

/** The first digits of issuers, and the numbers of digits that they use. */
const issuers: readonly (readonly [first: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 18, 19]], // Visa
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^3(0[0-5]|095|6|[89])/, [14, 15, 16, 17, 18, 19]], // Diners Club
  [/^(6011|64[4-9]|65|622(12[6-9]|1[3-9]|[2-8]|9[01]|92[0-5]))/, [16, 17, 18, 19]], // Discover
  [/^35/, [16, 17, 18, 19]], // JCB
  [/^(2131|1800)/, [15]], // JCB of 15 digits
  [/^(62|81)/, [16, 17, 18, 19]], // UnionPay
  [/^(5018|5020|5038|5[6-8]|5893|6304|6390|67|0604)/, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [/^220[0-4]/, [16, 17, 18, 19]], // Mir
  [/^(60|82|508|353|356)/, [16]], // RuPay
  [/^9792/, [16]], // Troy
];

function isCard(value: string): boolean {
  const digits = value.replaceAll(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  return (
    issuers.some(([first, lengths]) => first.test(digits) && lengths.includes(digits.length)) && passesLuhn(digits)
  );
}

/** Words around a number that make a short or doubtful one a card. */
const amount = /(?:[$€£¥]|\b(?:usd|eur|gbp|sha|md5|timestamp|epoch))\s*$/i;

/** Numbers of payment cards. */
export const card = {
  name: 'card',
  plural: 'card numbers',
  summary: "An issuer's first digits with its number of digits, and the Luhn checksum. Blanks or hyphens may group it.",
  source: 'ISO/IEC 7812-1; https://en.wikipedia.org/wiki/Payment_card_number',
  named:
    /\b(credit ?cards?|debit ?cards?|card ?(no|num|number|nr)|cc ?(no|num|number|nr)|ccn|pan)\b|kreditkarte|carte bancaire|tarjeta|银行卡/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}.,+-])\d(?:[ -]?\d){11,18}(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}]|[.,-]\d)/gu,
  digits: 12,
  evidence: { share: 0.01, wholeShare: 0.3, checked: 0.5 },
  example: '4111 1111 1111 1111',
  accepts: ({ value, before }) => isCard(value) && !amount.test(before),
  possible: isCard,
  masked: (value) => `${value.slice(0, 1)}***`,
  varied: (values) =>
    new Set(values.map((v) => v.replaceAll(/[ -]/g, '').slice(-8))).size >= Math.min(2, values.length),
} as const satisfies Detector;
