import { isIban } from './checks.ts';
import type { Detector } from './detector.ts';

/** International bank account numbers. */
export const iban = {
  name: 'iban',
  plural: 'IBANs',
  summary: "A country's code and its number of characters, with the checksum modulo 97. Blanks may group it.",
  source: 'ISO 13616-1 and the SWIFT IBAN registry, as validator.js has them',
  named: /\biban\b/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{1,4}){2,8}(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}])/giu,
  digits: 8,
  needs: /[a-z]{2}\d{2}/iu,
  evidence: { share: 0.01, checked: 0.3 },
  example: 'DE89 3704 0044 0532 0130 00',
  accepts: ({ value }) => isIban(value.replaceAll(/[ -]/g, '')),
  possible: (value) => isIban(value),
  masked: (value) => `${value.slice(0, 2).toUpperCase()}***`,
} as const satisfies Detector;
