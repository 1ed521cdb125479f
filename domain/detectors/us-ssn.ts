import type { Detector } from './detector.ts';

/** Numbers that were printed as examples, and so were never issued. */
const printed = new Set(['078051120', '219099999', '457555462']);

/** The numbers the administration never issues: areas 000, 666 and 9xx, group 00, serial 0000. */
function isIssued(value: string): boolean {
  const digits = value.replaceAll(/[ -]/g, '');
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits) && !printed.has(digits);
}

const said = /(ssn|social security|soc\.? sec)[^\d\n]{0,20}$/i;

/** US social security numbers. */
export const usSsn = {
  name: 'ssn',
  plural: 'US social security numbers',
  summary:
    'Three, two and four digits with hyphens or blanks, in an area that is issued. Nine bare digits only in a column with such a name.',
  source: 'https://www.ssa.gov/employer/randomization.html',
  named: /\b(ssn|social ?security|soc ?sec)\b/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}.-])(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})(?![\p{sc=Latin}\p{sc=Cyrl}\p{N}]|[.-]\d)|(?<=\b(?:ssn|social security)[^\d\n]{0,20})\d{9}(?!\d)/giu,
  digits: 9,
  needs: /\d{3}(?:-\d\d-| \d\d )\d{4}|\d{9}/,
  evidence: { share: 0.01, wholeShare: 0.3, checked: 0.6, namedShare: 0.6 },
  example: '536-22-8726',
  // three groups between blanks are part of many a longer number
  accepts: ({ value, before, whole }) => isIssued(value) && (value.includes('-') || whole || said.test(before)),
  possible: (value) => isIssued(value.padStart(9, '0')),
  masked: () => '***-**-****',
} as const satisfies Detector;
