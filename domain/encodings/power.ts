import { double } from '#domain/sql/literals';

/** A transform that makes a skewed number more even. Both are strictly rising, and take any number. */
export type Power = { readonly kind: 'log' } | { readonly kind: 'yeo-johnson'; readonly lambda: number };

/** Exponents this near to zero count as zero: their powers cannot be told from the logarithm. */
const nearZero = 1e-9;

/**
 * The number after the transform. `log` is sign(x) · ln(1 + |x|). Yeo-Johnson is the Box-Cox transform of 1 + x with the exponent lambda
 * from zero on, and below zero that of 1 - x with 2 - lambda, turned (Yeo & Johnson 2000, "A new family of power transformations to
 * improve normality or symmetry").
 */
export function powerOf(power: Power, x: number): number {
  if (power.kind === 'log') return Math.sign(x) * Math.log1p(Math.abs(x));
  const exponent = x >= 0 ? power.lambda : 2 - power.lambda;
  const size = Math.abs(x);
  const turned = Math.abs(exponent) < nearZero ? Math.log1p(size) : ((1 + size) ** exponent - 1) / exponent;
  return x >= 0 ? turned : -turned;
}

/** SQL of the same over a DOUBLE. It may be infinite. */
export function powerSql(power: Power, x: string): string {
  if (power.kind === 'log') return `sign(${x}) * ln(1 + abs(${x}))`;
  const boxCox = (exponent: number) =>
    Math.abs(exponent) < nearZero
      ? `ln(1 + abs(${x}))`
      : `(pow(1 + abs(${x}), ${double(exponent)}) - 1) / ${double(exponent)}`;
  return `CASE WHEN ${x} >= 0 THEN ${boxCox(power.lambda)} ELSE -(${boxCox(2 - power.lambda)}) END`;
}

/** Mean and variance (by the count) of some numbers. */
export function spreadOf(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  return { mean, variance };
}

/**
 * The log-likelihood of a lambda, if the transformed values are normal: -n/2 · ln(variance) + (lambda - 1) · sum of
 * sign(x) · ln(1 + |x|). Minus infinity where it cannot be computed.
 */
export function yeoJohnsonLikelihood(lambda: number, values: readonly number[]): number {
  const { mean, variance } = spreadOf(values.map((x) => powerOf({ kind: 'yeo-johnson', lambda }, x)));
  // so small a variance is what rounding left of it
  if (!Number.isFinite(variance) || variance <= 1e-24 * mean * mean) return Number.NEGATIVE_INFINITY;
  const jacobian = values.reduce((sum, x) => sum + powerOf({ kind: 'log' }, x), 0);
  return (-values.length / 2) * Math.log(variance) + (lambda - 1) * jacobian;
}

/** The exponents that are tried first. */
const step = 0.25;
const [least, most] = [-5, 5];
const tried = Array.from({ length: (most - least) / step + 1 }, (_, i) => least + i * step);
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The lambda from -5 to 5 of the largest likelihood: the best of a grid, made exact by golden-section search (Kiefer 1953). 1, which
 * changes nothing, where the values say nothing.
 */
export function fitYeoJohnson(values: readonly number[]): number {
  const likelihood = (lambda: number) => yeoJohnsonLikelihood(lambda, values);
  const [best] = tried
    .map((lambda) => ({ lambda, value: likelihood(lambda) }))
    .filter(({ value }) => value > Number.NEGATIVE_INFINITY)
    .toSorted((a, b) => b.value - a.value);
  if (!best) return 1;
  let [low, high] = [Math.max(least, best.lambda - step), Math.min(most, best.lambda + step)];
  while (high - low > 1e-7) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (likelihood(left) < likelihood(right)) low = left;
    else high = right;
  }
  return Number(((low + high) / 2).toFixed(6));
}
