import { isUrl } from './checks.ts';
import type { Detector } from './detector.ts';

/** Web addresses. A profile's or a homepage's address names its owner. */
export const url = {
  name: 'url',
  plural: 'web addresses',
  summary: 'A scheme (`https://`, `http://`, `ftp://`) or `www.`, and a host that may exist.',
  source: 'RFC 3986, as validator.js checks it',
  named: /\b(urls?|web ?sites?|home ?page|web ?page|links?)\b/,
  form: /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{N}@])(?:(?:https?|ftp):\/\/|www\d?\.)[^\s<>"“”'`|\\^{}]{3,2000}/giu,
  character: '.',
  needs: /:\/\/|www/iu,
  evidence: { share: 0.01 },
  example: 'https://www.example.com/jane',
  accepts: ({ value }) => isUrl(value) || isUrl(value, { require_tld: false, require_protocol: true }),
  possible: (value) => isUrl(value),
  masked: (value) => `${/^(?:https?|ftp):\/\//i.exec(value)?.[0] ?? ''}***`,
} as const satisfies Detector;
