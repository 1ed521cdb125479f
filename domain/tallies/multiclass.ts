import { clipProbability, predictClasses } from './probability.ts';
import type { Walk } from './walk.ts';

/** Labels and scores of a multiclass model. */
export interface MulticlassHoldout {
  /** Class number by row. */
  readonly labels: Uint16Array;
  /** n × k probabilities, row by row. */
  readonly scores: Float64Array;
  /** k */
  readonly classes: number;
}

/** Weights of the rows of one class. */
export interface ClassTally {
  /** Rows of the class. */
  readonly support: number;
  /** Rows predicted as this class: the most probable class, the first in a tie. */
  readonly claimed: number;
  /** Rows of this class that are predicted correctly. */
  readonly hits: number;
}

/** The sums of one pass over the rows. */
export interface MulticlassTally {
  readonly total: number;
  readonly classes: readonly ClassTally[];
  /** Σ weight · -ln of the probability given to the true class, clipped. */
  readonly logLossSum: number;
}

/** Finds the predicted classes once. The returned pass is linear. */
export function multiclassTally({ labels, scores, classes }: MulticlassHoldout): Walk<MulticlassTally> {
  const n = labels.length;
  const predicted = predictClasses(scores, classes);
  const loss = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    loss[row] = -Math.log(clipProbability(scores[row * classes + (labels[row] as number)] as number));
  }

  return (rowWeights) => {
    const support = new Float64Array(classes);
    const claimed = new Float64Array(classes);
    const hits = new Float64Array(classes);
    let total = 0;
    let logLossSum = 0;
    for (let row = 0; row < n; row++) {
      const weight = rowWeights[row] as number;
      const label = labels[row] as number;
      const guess = predicted[row] as number;
      total += weight;
      logLossSum += weight * (loss[row] as number);
      support[label] = (support[label] as number) + weight;
      claimed[guess] = (claimed[guess] as number) + weight;
      if (label === guess) hits[label] = (hits[label] as number) + weight;
    }
    const byClass = Array.from({ length: classes }, (_, index) => ({
      support: support[index] as number,
      claimed: claimed[index] as number,
      hits: hits[index] as number,
    }));
    return { total, classes: byClass, logLossSum };
  };
}
