/** Digits of other scripts that stand in a row from zero to nine: full-width, Arabic, Persian and Devanagari. */
const zeros = [0xff10, 0x0660, 0x06f0, 0x0966];
const otherDigits = new RegExp(`[${zeros.map((zero) => `${hex(zero)}-${hex(zero + 9)}`).join('')}]`, 'g');

function hex(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

const digit = (found: string): string => {
  const code = found.charCodeAt(0);
  return String(code - (zeros.findLast((zero) => zero <= code && code < zero + 10) ?? code));
};

/**
 * A text as detectors read it: no-break and other blanks, hyphens, and the full-width characters of East Asian keyboards as their ASCII
 * forms, and digits of other scripts as 0 to 9. Each code unit stays one, so that a span of it is a span of the text.
 */
export function folded(text: string): string {
  if (!/[^\0-\u007f]/.test(text)) return text;
  return text
    .replace(otherDigits, digit)
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u2010-\u2015\u2212\ufe63]/g, '-');
}
