/** A map from a model's score to a probability. */
export type Calibration = (score: number) => number;

/** Fits a calibration to weighted rows. The weights are by row, in the order of the scores. */
export type CalibrationFit = (weights: Float64Array) => Calibration;

/** Below this many rows isotonic regression overfits (scikit-learn, User Guide 1.16.3, "Probability calibration"). */
export const ISOTONIC_ROWS = 1000;

/** The calibration for a number of rows: isotonic for many, Platt's sigmoid for few. */
export const prepareCalibration = (scores: Float64Array, hits: Uint8Array): CalibrationFit =>
  scores.length >= ISOTONIC_ROWS ? prepareIsotonic(scores, hits) : preparePlatt(scores, hits);

/**
 * Isotonic regression by pool-adjacent-violators (Barlow et al. 1972), linear between the fitted points and constant outside of
 * them: scikit-learn's `IsotonicRegression(out_of_bounds='clip')`. Sorts once; each fit is linear.
 *
 * @param hits 1 where the row is of the class that the score is for
 */
export function prepareIsotonic(scores: Float64Array, hits: Uint8Array): CalibrationFit {
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
    return (score) => interpolate(at, value, score);
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

/** The log-odds of a score, which is cut to [1e-6, 1 - 1e-6]. */
export const logit = (score: number): number => {
  const p = Math.min(Math.max(score, 1e-6), 1 - 1e-6);
  return Math.log(p / (1 - p));
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Platt's sigmoid over the log-odds of the scores, with his targets for few rows: (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2) (Platt 1999;
 * scikit-learn's `CalibratedClassifierCV(method='sigmoid')`), fitted by Newton's method with a line search (Lin, Lin and Weng 2007).
 */
export function preparePlatt(scores: Float64Array, hits: Uint8Array): CalibrationFit {
  const odds = scores.map(logit);
  return (weights) => {
    let [ups, downs] = [0, 0];
    for (const [row, hit] of hits.entries()) {
      if (hit === 1) ups += weights[row] as number;
      else downs += weights[row] as number;
    }
    const [up, down] = [(ups + 1) / (ups + 2), 1 / (downs + 2)];
    const targets = Float64Array.from(hits, (hit) => (hit === 1 ? up : down));
    const loss = (a: number, b: number): number => {
      let sum = 0;
      for (let row = 0; row < odds.length; row++) {
        const weight = weights[row] as number;
        if (weight === 0) continue;
        const z = a * (odds[row] as number) + b;
        sum += weight * (softplus(z) - (targets[row] as number) * z);
      }
      return sum;
    };
    let [a, b] = [0, Math.log((ups + 1) / (downs + 1))];
    let best = loss(a, b);
    for (let step = 0; step < 100; step++) {
      let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12];
      for (let row = 0; row < odds.length; row++) {
        const weight = weights[row] as number;
        if (weight === 0) continue;
        const x = odds[row] as number;
        const p = sigmoid(a * x + b);
        const g = weight * (p - (targets[row] as number));
        const h = weight * p * (1 - p);
        ga += g * x;
        gb += g;
        haa += h * x * x;
        hab += h * x;
        hbb += h;
      }
      if (Math.abs(ga) < 1e-6 && Math.abs(gb) < 1e-6) break;
      const determinant = haa * hbb - hab * hab + 1e-12;
      const [da, db] = [-(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant];
      let size = 1;
      let next = loss(a + da, b + db);
      while (next > best && size > 1e-10) {
        size /= 2;
        next = loss(a + size * da, b + size * db);
      }
      if (next >= best) break;
      [a, b, best] = [a + size * da, b + size * db, next];
    }
    return (score) => sigmoid(a * logit(score) + b);
  };
}

/** ln(1 + eᶻ) without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
