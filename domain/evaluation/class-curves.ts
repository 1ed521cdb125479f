import { rankDescending, rankedAuc } from '#domain/tallies/ranking';
import type { ClassCurves } from '#schemas/records/evaluation';
import { rankingCurves } from './curves.ts';

/** Curves of so many classes are kept, the first ones: a page shows no more. */
const MOST_CLASSES = 12;
const POINTS = 100;

/**
 * ROC and precision-recall curves of each class against all others, by the probability of the class, with the area under the ROC curve.
 *
 * @param labels class numbers, by row; every class has a row
 * @param scores probabilities, rows × classes
 */
export function classCurves(
  labels: Uint16Array,
  scores: Float64Array,
  classes: readonly string[],
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): ClassCurves[] {
  const k = classes.length;
  return classes.slice(0, MOST_CLASSES).map((name, index) => {
    const own = labels.map((label) => Number(label === index));
    const column = Float64Array.from(labels, (_, row) => scores[row * k + index] as number);
    return {
      class: name,
      auc: rankedAuc(rankDescending(column), Uint8Array.from(own), weights),
      share: own.reduce((sum, one) => sum + one, 0) / labels.length,
      ...rankingCurves(own, column, weights, POINTS),
    };
  });
}
