const MINUS = '−';

/** Formats by their most decimals: making one takes a hundred times as long as using it. */
const formats = new Map<number, Intl.NumberFormat>();

function formatOf(decimals: number): Intl.NumberFormat {
  const known = formats.get(decimals) ?? new Intl.NumberFormat('en-US', { maximumFractionDigits: decimals });
  formats.set(decimals, known);
  return known;
}

/**
 * A readable number: about four significant digits (at most four decimals near 1), thousands separated by
 * commas, a true minus sign, very large or small magnitudes in scientific notation.
 *
 * @param options.apartFrom more decimals are shown until the text differs from this number's, so that
 *   0.74996 never reads as "0.75" beside a bound of 0.75
 * @param options.signed writes "+" before positive numbers
 */
export function formatNumber(value: number, options: { apartFrom?: number; signed?: boolean } = {}): string {
  const { apartFrom, signed = false } = options;
  const sign = value > 0 && signed ? '+' : '';
  if (apartFrom === undefined || apartFrom === value) return sign + write(value, 4);
  for (let digits = 4; digits < 16; digits++) {
    const text = write(value, digits);
    if (text !== write(apartFrom, digits)) return sign + text;
  }
  return sign + String(value).replace('-', MINUS);
}

function write(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e9)) {
    const [mantissa, exponent] = value.toExponential(digits - 2).split('e') as [string, string];
    return `${mantissa}e${exponent.replace('+', '')}`.replaceAll('-', MINUS);
  }
  const whole = magnitude < 1 ? 0 : Math.floor(Math.log10(magnitude));
  const decimals = Number.isInteger(value) ? 0 : Math.max(digits - whole - (magnitude >= 1 ? 1 : 0), 0);
  const text = formatOf(decimals).format(magnitude);
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A number with exactly `decimals` decimals, thousands separated, a true minus sign; for columns of numbers. */
export function formatFixed(value: number, decimals: number, signed = false): string {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  if (!/[1-9]/.test(text)) return text;
  return (value < 0 ? MINUS : signed ? '+' : '') + text;
}

/**
 * Decimals that show an interval's half width with two significant digits.
 * Between 0 and 6; 4 for an interval without width.
 */
export function decimalsFor(low: number, high: number): number {
  const half = (high - low) / 2;
  return half > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(half)), 0), 6) : 4;
}

/** A count with thousands separated: 1,234,567. */
export const formatCount = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** A share as a percentage with one decimal. Only exact 0 and 1 are shown as 0 % and 100 %. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '< 0.1 %';
  if (percent < 100 && percent > 99.95) return '> 99.9 %';
  return `${percent.toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
}

/** Bytes in binary units: 1.5 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** power).toLocaleString('en-US', { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power]}`;
}

/** A probability: small ones as a bound, because nobody compares them. */
export const formatProbability = (p: number): string => (p < 0.0001 ? '< 0.0001' : formatNumber(p));
