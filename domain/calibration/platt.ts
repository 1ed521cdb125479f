import type { PlattMap } from '#schemas/records/operating-point';
import type { CalibrationFit, CalibrationMethod } from './calibration-method.ts';
import { logit } from './logit.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Platt's sigmoid over the log-odds of the scores, with his targets for few rows: (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2) (Platt 1999;
 * scikit-learn's `CalibratedClassifierCV(method='sigmoid')`), fitted by Newton's method with a line search (Lin, Lin and Weng 2007).
 */
export function preparePlatt(scores: Float64Array, hits: Uint8Array): CalibrationFit<PlattMap> {
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
    return { method: 'platt', slope: a, intercept: b };
  };
}

/** ln(1 + eᶻ) without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** A line over the log-odds. */
export const platt = {
  name: 'platt',
  summary:
    'A line over the log-odds of the scores (Platt scaling): two numbers, so that few validation rows are enough, and the order of the rows stays.',
  prepare: preparePlatt,
  apply: ({ slope, intercept }, score) => sigmoid(slope * logit(score) + intercept),
} as const satisfies CalibrationMethod<PlattMap>;
