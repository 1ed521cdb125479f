import { isPassportNumber } from './checks.ts';
import type { Detector } from './detector.ts';

/** The weights of the check digits of a machine-readable zone. */
const weights = [7, 3, 1];
const weightOf = (character: string): number =>
  character === '<' ? 0 : /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 55;
const checksOut = (field: string, digit: string | undefined): boolean =>
  String([...field].reduce((sum, c, i) => sum + weightOf(c) * (weights[i % 3] ?? 0), 0) % 10) === digit;

/** Whether the second line of a machine-readable zone (TD3, 44 characters) has right check digits. */
const isZone = (line: string): boolean =>
  checksOut(line.slice(0, 9), line[9]) &&
  checksOut(line.slice(13, 19), line[19]) &&
  checksOut(line.slice(21, 27), line[27]);

/** The countries whose form of a passport's number is known. */
const countries = ['AM','AR','AT','AU','AZ','BE','BG','BR','BY','CA','CH','CN','CY','CZ','DE','DK','DZ','EE','ES','FI','FR','GB','GR','HR','HU','IE','IN','IR','ID','IS','IT','JM','JP','KR','KZ','LI','LT','LU','LV','LY','MT','MX','MY','MZ','NL','NZ','PH','PK','PL','PT','RO','RU','SE','SL','SK','TH','TR','UA','US','ZA'] as const; // biome-ignore format: a list

const said = /(passport|passeport|pasaporte|passaporto|reisepass|护照|旅券|паспорт)[^\n]{0,24}$/iu;

/** Passport numbers. */
export const passport = {
  name: 'passport',
  plural: 'passport numbers',
  summary: "The machine-readable zone with its check digits, or a country's form of the number next to the word.",
  source: 'ICAO Doc 9303, part 4; forms of numbers as validator.js has them',
  named: /\b(passport|passeport|pasaporte|passaporto|reisepass|travel ?document)\b|护照|旅券|паспорт/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}<])(?:[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{14}[\d<]\d|(?:[A-Z]{1,2} ?)?\d{6,9}[A-Z]?)(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}<])/gu,
  digits: 6,
  needs: /\d{6}/,
  evidence: { share: 0.01, namedShare: 0.6 },
  example: 'L898902C36UTO7408122F1204159ZE184226B<<<<<10',
  accepts: ({ value, before }) =>
    value.length === 44
      ? isZone(value)
      : said.test(before) && countries.some((country) => isPassportNumber(value.replaceAll(' ', ''), country)),
  possible: (value, { region }) =>
    countries.some((country) => (region === undefined || country === region) && isPassportNumber(value, country)),
  masked: () => '***',
} as const satisfies Detector;
