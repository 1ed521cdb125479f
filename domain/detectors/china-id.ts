import { isDate, isIdentityCard } from './checks.ts';
import type { Detector } from './detector.ts';

/** The codes of provinces, the first two digits (GB/T 2260). */
const province = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|7[1]|8[1-3]|91)/;
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function isResidentId(value: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(value)) return /^\d{15}$/.test(value) && isIdentityCard(value, 'zh-CN');
  if (!province.test(value)) return false;
  if (!isDate(Number(value.slice(6, 10)), Number(value.slice(10, 12)), Number(value.slice(12, 14)))) return false;
  const sum = weights.reduce((total, weight, i) => total + weight * Number(value[i]), 0);
  return '10X98765432'[sum % 11] === value[17]?.toUpperCase();
}

/** Chinese resident identity numbers. */
export const chinaId = {
  name: 'cn-id',
  plural: 'Chinese resident identity numbers',
  summary: "A province's code, a date of birth and the checksum of ISO 7064 MOD 11-2; 18 characters.",
  source: 'GB 11643-1999',
  named: /\b(id ?card|identity ?card|resident ?id|shenfenzheng|sfz)\b|身份证|证件号/,
  form: /(?<![A-Za-z0-9.+-])\d{17}[\dX](?![A-Za-z0-9]|[.-]\d)/giu,
  digits: 17,
  evidence: { share: 0.01, checked: 0.5, namedShare: 0.6 },
  example: '11010519491231002X',
  accepts: ({ value }) => isResidentId(value),
  possible: isResidentId,
  masked: (value) => `${value.slice(0, 2)}***`,
} as const satisfies Detector;
