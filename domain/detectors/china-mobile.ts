import { isMobile } from './checks.ts';
import type { Detector } from './detector.ts';

const said = /(手机|电话|联系|致电|mobile|phone|tel|cell|call|whatsapp|wechat)[^\d\n]{0,20}$/i;
const isChinese = /[\p{Script=Han}]/u;

/** Chinese mobile numbers, which are written as eleven bare digits. */
export const chinaMobile = {
  name: 'cn-mobile',
  plural: 'Chinese mobile numbers',
  summary:
    'Eleven digits from 13 to 19 that an operator uses, or with +86. In a text, after a word such as 手机 or next to Chinese characters.',
  source: 'https://en.wikipedia.org/wiki/Telephone_numbers_in_China',
  named: /\b(mobile|cell|phone|tel|telephone|shouji)\b|手机|电话/,
  form: /(?<![A-Za-z0-9.+-])(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![A-Za-z0-9]|[.-]\d)/g,
  digits: 11,
  evidence: { share: 0.02, wholeShare: 0.9, namedShare: 0.6 },
  example: '13800138000',
  accepts: ({ value, before, after, whole }) =>
    isMobile(value.replaceAll(/[ -]/g, ''), 'CN') &&
    (whole || /^(\+|00)?86/.test(value) || said.test(before) || isChinese.test(`${before}${after}`)),
  possible: (value) => isMobile(value, 'CN'),
  masked: () => '1***',
  // eleven digits that follow each other are a counter
  varied: (values) =>
    values.length < 10 ||
    new Set(values.map((v) => v.replaceAll(/\D/g, '').slice(-11, -7))).size >= Math.min(10, values.length / 4),
} as const satisfies Detector;
