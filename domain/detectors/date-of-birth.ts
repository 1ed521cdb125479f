import { isDate } from './checks.ts';
import type { Detector } from './detector.ts';

const yearFirst = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[T ][\d:.+Z-]*)?$/;
const yearLast = /^(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})$/;

function isAnyDate(value: string): boolean {
  const first = yearFirst.exec(value);
  if (first) return isDate(Number(first[1]), Number(first[2]), Number(first[3]));
  const last = yearLast.exec(value);
  if (last) {
    const [a, b, y] = [Number(last[1]), Number(last[2]), Number(last[3])];
    const year = y < 100 ? 1900 + y : y;
    return isDate(year, a, b) || isDate(year, b, a);
  }
  return (
    /^(19|20)\d{6}$/.test(value) && isDate(Number(value.slice(0, 4)), Number(value.slice(4, 6)), Number(value.slice(6)))
  );
}

const said =
  /(born|birth|dob|d\.o\.b\.?|geboren|geburt\p{L}*|n[ée]e?|nacid[oa]|nacimiento|nascid[oa]|nascimento|nat[oa]|出生|生日|生年月日)[^\d\n]{0,20}$/iu;

/** Dates of birth. */
export const dateOfBirth = {
  name: 'birth-date',
  plural: 'dates of birth',
  summary: 'A date after a word such as "born", or in a column with such a name.',
  source: 'ISO 8601-1 and the usual written forms',
  named:
    /\b(dob|birth|births|birth ?da(te|y)|date of birth|born|geburt\w*|geb ?datum|naissance|nacimiento|nascimento|nascita|födelsedatum|fødselsdato|geboortedatum)\b|生日|出生|生年月日|дата рождения/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}./-])(?:\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}]|[./-]\d)/gu,
  digits: 6,
  needs: /[-./年]\d{1,2}[-./月]/,
  evidence: { share: 0.01, namedShare: 0.5 },
  example: '1974-08-12',
  accepts: ({ value, before }) => said.test(before) && isAnyDate(value),
  possible: isAnyDate,
  masked: () => '****-**-**',
} as const satisfies Detector;
