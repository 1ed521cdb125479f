import type { FeatureMatrix } from '../columns.ts';
import { areaUnder, crossFittedDeviation } from '../joint/classifier.ts';
import { trainTrees } from './boosted-trees.ts';

/** How much of the reference looks like the window. */
export interface Overlap {
  /** By reference row: how much more often rows like it occur in the window than in the reference; mean 1. */
  readonly weights: Float64Array;
  /** The effective share of the reference rows, (Σw)² / (n Σw²) (Kish 1965): 1 where the two are alike. */
  readonly share: number;
  /** The chance that the classifier ranks a window row above a reference row; 0.5 where it cannot tell them apart. */
  readonly auc: number;
}

const FOLDS = 5;
/** Weights above it would rest the estimate on single rows. */
const LARGEST_WEIGHT = 20;
/** One-sided 99 % quantile of the standard normal. */
const SIGNIFICANT = 2.326;

/**
 * Compares a window with the reference by a classifier that tells their rows apart. Its odds are the ratio of their densities (Bickel,
 * Brückner and Scheffer 2009), which plain confidence-based estimation ignores (Białek et al. 2024). Each row is judged by trees that
 * did not learn from it. Where the classifier does no better than chance, all weights are 1.
 */
export function measureOverlap(reference: FeatureMatrix, window: FeatureMatrix): Overlap {
  const [n, m] = [reference.rows, window.rows];
  if (m === 0) return { weights: new Float64Array(n).fill(1), share: 0, auc: 0.5 };
  const values = new Float64Array(reference.values.length + window.values.length);
  values.set(reference.values);
  values.set(window.values, reference.values.length);
  const both = { rows: n + m, width: reference.width, values };
  const targets = Float64Array.from({ length: n + m }, (_, row) => (row < n ? 0 : 1));
  const chances = new Float64Array(n + m);
  // neighbours in time share a fold with others of all times
  const foldOf = (row: number): number => (row < n ? row : row - n) % FOLDS;
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = Array.from(targets.keys()).filter((row) => foldOf(row) !== fold);
    const predicted = trainTrees(both, targets, 'log-loss', others)(both);
    for (let row = 0; row < n + m; row++) if (foldOf(row) === fold) chances[row] = predicted[row] as number;
  }
  const auc = foldedArea(chances, n, foldOf);
  const weights = new Float64Array(n).fill(1);
  if (auc - 0.5 > SIGNIFICANT * crossFittedDeviation(n, m)) {
    for (let row = 0; row < n; row++) {
      const p = Math.min(chances[row] as number, 1 - 1e-6);
      weights[row] = Math.min(((p / (1 - p)) * n) / m, LARGEST_WEIGHT);
    }
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / n;
    for (let row = 0; row < n; row++) weights[row] = (weights[row] as number) / mean;
  }
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  return { weights, share: n / squares, auc };
}

/** The AUC of each fold, by its pairs: chances of two folds come from two classifiers, and are not compared. */
function foldedArea(chances: Float64Array, first: number, foldOf: (row: number) => number): number {
  let [above, pairs] = [0, 0];
  for (let fold = 0; fold < FOLDS; fold++) {
    const judged: [number[], number[]] = [[], []];
    for (const [row, chance] of chances.entries()) if (foldOf(row) === fold) judged[row < first ? 0 : 1].push(chance);
    const own = judged[0].length * judged[1].length;
    if (own === 0) continue;
    above += areaUnder(judged[0], judged[1]) * own;
    pairs += own;
  }
  return above / pairs;
}
