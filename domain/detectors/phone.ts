import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { isMobile } from './checks.ts';
import type { Candidate, Detector, DetectorOptions } from './detector.ts';

const extension = /\s*(?:x|ext\.?|extension|#|durchwahl|poste)\s*\d{1,6}$/i;

/** Words of a telephone number before it, or right after it. */
const said =
  /(phone|tel|mobile|mobil|cell|fax|call|dial|ring|reach|contact|text|sms|whatsapp|desk|office|home|hotline|registered|answering at|messages? to|handy|rufnummer|téléphone|portable|appel|teléfono|móvil|llam|telefone|celular|telefon|cellulare|chiam|電話|电话|手机|тел)[^\d\n]{0,24}\n?[^\d\n]{0,4}$/iu;
const saidAfter = /^[\s,;:()\\-]{0,4}(office|mobile|mobil|fax|home|cell|desk|phone|tel|work)\b/i;

/** North American numbers as they are written: area and exchange never begin with 0 or 1. */
const northAmerican = /^(?:(?:\+|00)?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}$/;
/** A trunk prefix 0, and groups of digits, such as 0494 92 82 32 or (089) 1234-567. */
const trunk = /^\(?0[1-9]\d{0,4}\)?(?:[-. /]\d{2,8}){1,5}$/;

/** Numbers in groups that are something else: dates, decimals, social security numbers, zip+4, ISBN, ranges of years. */
const others = [
  /^(?:1[89]|20)\d{2}[-./ ]\d{1,2}[-./ ]\d{1,2}(?:[-./ ]\d{1,2}){0,3}$/,
  /^\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}$/,
  /^-?\d+[.,]\d+$/,
  /^\d{1,3}(?:[ .,]\d{3})+$/,
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^\d{3}-\d{2}-\d{4}$/,
  /^\d{5}-\d{4}$/,
  /^97[89][- ]/,
  /^(?:19|20)\d{2} ?- ?(?:19|20)\d{2}$/,
  /^\d{4}(?: \d{4}){2,4}$/,
];

const digitsOf = (value: string): string => value.replaceAll(/\D/g, '');

function isInternational(value: string): boolean {
  const international = value.trim().replace(/^00/, '+');
  return international.startsWith('+') && parsePhoneNumberFromString(international)?.isValid() === true;
}

const isNational = (value: string, region: string | undefined): boolean =>
  region !== undefined &&
  isSupportedCountry(region) &&
  parsePhoneNumberFromString(value, region as CountryCode)?.isValid() === true;

function accepts({ value, before, after, whole }: Candidate, { region }: DetectorOptions): boolean {
  const number = value.replace(extension, '').trim();
  const digits = digitsOf(number);
  if (digits.length < 7 || digits.length > 15 || /^(\d)\1+$/.test(digits)) return false;
  if (/^(?:\+|00)/.test(number)) return isInternational(number.replace('(0)', '')) || (!whole && said.test(before));
  const grouped = /\d[-. /()]+\d/.test(number);
  const isSaid = said.test(before) || saidAfter.test(after);
  if (isSaid && (grouped || digits.length >= 9) && !others.slice(0, 3).some((other) => other.test(number))) return true;
  if (!grouped || others.some((other) => other.test(number))) return false;
  // a part of a longer number
  if (/\d[\s.-]*$/.test(before) || /^[\s.-]*\d/.test(after)) return false;
  if (northAmerican.test(number)) return region === undefined || isNational(number, 'US') || isNational(number, region);
  return isNational(number, region) || (trunk.test(number) && digits.length >= 9 && digits.length <= 12);
}

/** Telephone numbers. */
export const phone = {
  name: 'phone',
  plural: 'phone numbers',
  summary:
    'A number with a country code that is valid by libphonenumber, or one that is grouped as telephone numbers are. Bare digits only after a word such as "call", or in a column with such a name.',
  source: 'ITU-T E.164; metadata of https://github.com/google/libphonenumber',
  named:
    /\b((?:tele|smart|cell)? ?phones?|tel|telefon|téléphone|telephone|teléfono|telefono|telefone|mobile|mobil|móvil|celular|handy|rufnummer|fax|gsm|msisdn|whatsapp|contact ?(no|number))\b|电话|手机|電話|телефон/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}+/-])(?<!\d[.,:])(?:(?:\+|00) ?)?\(?\d{1,5}\)?(?:(?:[-. /]|\(0\)| \(0\) ?|\) ?| \(?)?\d{1,8}\)?){1,7}(?:\s?(?:x|ext\.?) ?\d{1,6})?(?![\p{N}]|[.,:]\d)/giu,
  digits: 7,
  evidence: { share: 0.02, wholeShare: 0.5, namedShare: 0.6 },
  example: '+49 89 12345678',
  accepts,
  possible(value, { region }) {
    const number = value.replace(extension, '').trim();
    if (!/^[+(]?[\d\s().+/-]{7,24}$/.test(number) || others.slice(0, 3).some((other) => other.test(number)))
      return false;
    const plain = number.replaceAll(/[\s().-]/g, '');
    return isInternational(number) || isNational(number, region) || isMobile(plain, region) || region === undefined;
  },
  masked: (value) => (/^(?:\+|00)/.test(value) ? '+***' : '***'),
} as const satisfies Detector;
