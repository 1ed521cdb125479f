import type { IsotonicMap } from '#schemas/records/operating-point';
import type { CalibrationFit, CalibrationMethod } from './calibration-method.ts';

/**
 * Isotonic regression by pool-adjacent-violators (Barlow et al. 1972), linear between the fitted points and constant outside of
 * them: scikit-learn's `IsotonicRegression(out_of_bounds='clip')`. Sorts once; each fit is linear.
 *
 * @param hits 1 where the row is of the class that the score is for
 */
export function prepareIsotonic(scores: Float64Array, hits: Uint8Array): CalibrationFit<IsotonicMap> {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  return (weights) => {
    const pools: { from: number; to: number; weight: number; mean: number }[] = [];
    let last = Number.NaN;
    for (const row of order) {
      const weight = weights[row] as number;
      if (weight === 0) continue;
      const score = scores[row] as number;
      const hit = hits[row] as number;
      const tied = pools.at(-1);
      if (tied && score === last && tied.from === score) {
        tied.mean = (tied.mean * tied.weight + hit * weight) / (tied.weight + weight);
        tied.weight += weight;
      } else {
        if (score !== last) merge(pools);
        pools.push({ from: score, to: score, weight, mean: hit });
      }
      last = score;
    }
    merge(pools);
    const at: number[] = [];
    const value: number[] = [];
    for (const { from, to, mean } of pools) {
      at.push(from);
      value.push(mean);
      if (to > from) {
        at.push(to);
        value.push(mean);
      }
    }
    return { method: 'isotonic', at, value };
  };
}

/** Joins the last pool with those before it, while their means do not ascend. */
function merge(pools: { from: number; to: number; weight: number; mean: number }[]): void {
  for (;;) {
    const upper = pools.at(-1);
    const lower = pools.at(-2);
    if (!upper || !lower || lower.mean < upper.mean) return;
    pools.length -= 2;
    const weight = lower.weight + upper.weight;
    const mean = (lower.mean * lower.weight + upper.mean * upper.weight) / weight;
    pools.push({ from: lower.from, to: upper.to, weight, mean });
  }
}

function interpolate(at: readonly number[], value: readonly number[], score: number): number {
  if (at.length === 0) return Number.NaN;
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return value[0] as number;
  if (low === at.length) return value[low - 1] as number;
  const [x0, x1] = [at[low - 1] as number, at[low] as number];
  const [y0, y1] = [value[low - 1] as number, value[low] as number];
  return y0 + ((score - x0) / (x1 - x0)) * (y1 - y0);
}

/** A step function of the scores that never falls, linear between its steps. */
export const isotonic = {
  name: 'isotonic',
  summary:
    'Whatever curve never falls and fits the validation rows best (isotonic regression). For 1,000 validation rows or more; scores that it does not tell apart become equal.',
  prepare: prepareIsotonic,
  apply: ({ at, value }, score) => interpolate(at, value, score),
} as const satisfies CalibrationMethod<IsotonicMap>;
