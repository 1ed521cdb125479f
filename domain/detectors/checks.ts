import isEmailModule from 'validator/lib/isEmail.js';
import isIbanModule from 'validator/lib/isIBAN.js';
import isIdentityCardModule from 'validator/lib/isIdentityCard.js';
import isIpModule from 'validator/lib/isIP.js';
import isMobilePhoneModule, { locales, type MobilePhoneLocale } from 'validator/lib/isMobilePhone.js';
import isPassportModule from 'validator/lib/isPassportNumber.js';
import isUrlModule from 'validator/lib/isURL.js';

/** The function of a CommonJS module: some loaders give the module, some give its default export. */
const checkOf = <Check extends (...given: never[]) => unknown>(module: { readonly default: Check }): Check =>
  typeof module === 'function' ? module : module.default;

/** The checks of validator.js, one module each, so that a bundle carries no others. */
export const isEmail = checkOf(isEmailModule);
export const isIban = checkOf(isIbanModule);
export const isIdentityCard = checkOf(isIdentityCardModule);
export const isIp = checkOf(isIpModule);
export const isPassportNumber = checkOf(isPassportModule);
export const isUrl = checkOf(isUrlModule);
const isMobilePhone = checkOf(isMobilePhoneModule);

/** Whether it is a mobile number of the region (ISO 3166-1), or of any region. */
export function isMobile(value: string, region?: string): boolean {
  if (region === undefined) return isMobilePhone(value, 'any');
  const own = (locales ?? []).filter((locale) => locale.endsWith(`-${region}`)) as MobilePhoneLocale[];
  return own.length > 0 && isMobilePhone(value, own);
}

/** The Luhn checksum (ISO/IEC 7812-1, annex B) of a text of digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const counted = i % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Whether year, month and day are a date of the Gregorian calendar between 1850 and 2100. */
export function isDate(year: number, month: number, day: number): boolean {
  if (year < 1850 || year > 2100) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
