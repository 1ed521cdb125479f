import { double } from '#domain/sql/literals';

/** Up to so many steps from 0 a quotient is exact to a quarter of a step. */
const mostSteps = 2 ** 50;
/** The largest power of ten that is a float64. */
const mostDecimals = 22;

/** A width as a fraction: a whole number over a power of ten. Undefined where one of them is no exact float64. */
function fractionOf(width: number): { readonly numerator: number; readonly denominator: number } | undefined {
  const [digits = '', exponent = '0'] = String(width).split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  const decimals = Math.max(0, fraction.length - Number(exponent));
  const numerator = Number(`${whole}${fraction}e${Number(exponent) - fraction.length + decimals}`);
  if (decimals > mostDecimals || numerator > Number.MAX_SAFE_INTEGER) return undefined;
  return { numerator, denominator: Number(`1e${decimals}`) };
}

/**
 * SQL of a number rounded down to a multiple of a width, as the decimals are written: 48.35 with a width of 0.1 is 48.3, and so is
 * 48.3. Multiples of the float64 nearest to 0.1 are neither.
 *
 * @param v SQL of a DOUBLE
 */
export function stepDownSql(v: string, width: number): string {
  const plain = `floor(${v} / ${double(width)}) * ${double(width)}`;
  const fraction = fractionOf(width);
  if (fraction === undefined) return plain;
  const nearest = `round(${v} / ${double(width)})`;
  const multiple = (steps: string) => `${steps} * ${double(fraction.numerator)} / ${double(fraction.denominator)}`;
  return (
    `CASE WHEN abs(${v} / ${double(width)}) >= ${double(mostSteps)} THEN ${plain} ` +
    `WHEN ${multiple(nearest)} <= ${v} THEN ${multiple(nearest)} ELSE ${multiple(`(${nearest} - 1)`)} END`
  );
}
