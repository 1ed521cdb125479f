import { multiclassMetrics } from '#schemas/pipeline-gates';
import { clipProbability, type MetricKernel, ratio } from './kernel.ts';
import { type Ranking, rankDescending, rankedAuc } from './ranking.ts';

/**
 * Multiclass metrics by scikit-learn's definitions (`sklearn.metrics`, `labels` = all classes, `zero_division=0`):
 * - `accuracy`; `precision`, `recall`, `f1` — plain (`_macro`) and support-weighted (`_weighted`) mean over classes
 * - `log_loss` — -ln of the true class's probability, clipped to [ε, 1 - ε], ε = 2⁻⁵²
 * - `auc_ovr_macro` — `roc_auc_score(multi_class='ovr', average='macro')`; NaN when the weights leave a class empty
 *
 * The predicted class is the most probable one, the first of several equals (`numpy.argmax`).
 *
 * @param labels class number by row
 * @param scores n × k probabilities, row by row
 */
export function multiclassKernel(
  labels: Uint16Array,
  scores: Float64Array,
  classes: number,
): MetricKernel<(typeof multiclassMetrics)[number]> {
  const n = labels.length;
  const predicted = predictClasses(scores, classes);
  const loss = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    loss[row] = -Math.log(clipProbability(scores[row * classes + (labels[row] as number)] as number));
  }
  const rankings = Array.from({ length: classes }, (_, index) => oneVersusRest(labels, scores, classes, index));

  const measure = (rowWeights: Float64Array, out: Float64Array): void => {
    const support = new Float64Array(classes);
    const claimed = new Float64Array(classes);
    const right = new Float64Array(classes);
    let total = 0;
    let lossSum = 0;
    for (let row = 0; row < n; row++) {
      const weight = rowWeights[row] as number;
      const label = labels[row] as number;
      const guess = predicted[row] as number;
      total += weight;
      lossSum += weight * (loss[row] as number);
      support[label] = (support[label] as number) + weight;
      claimed[guess] = (claimed[guess] as number) + weight;
      if (label === guess) right[label] = (right[label] as number) + weight;
    }
    out.fill(0);
    for (let index = 0; index < classes; index++) {
      const hits = right[index] as number;
      const share = (support[index] as number) / total;
      const precision = ratio(hits, claimed[index] as number);
      const recall = ratio(hits, support[index] as number);
      const f1 = ratio(2 * hits, (claimed[index] as number) + (support[index] as number));
      const macro = [precision / classes, recall / classes, f1 / classes];
      const weighted = [precision * share, recall * share, f1 * share];
      [hits / total, ...macro, ...weighted].forEach((value, slot) => {
        out[slot] = (out[slot] as number) + value;
      });
    }
    out[7] = lossSum / total;
    out[8] = rankings.reduce((sum, { ranking, isClass }) => sum + rankedAuc(ranking, isClass, rowWeights) / classes, 0);
  };
  return { names: multiclassMetrics, measure };
}

function oneVersusRest(labels: Uint16Array, scores: Float64Array, classes: number, index: number) {
  const own = new Float64Array(labels.length);
  const isClass = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    own[row] = scores[row * classes + index] as number;
    isClass[row] = labels[row] === index ? 1 : 0;
  }
  const ranking: Ranking = rankDescending(own);
  return { ranking, isClass };
}

/** The most probable class of each row of an n × k probability matrix; the first of equals. */
export function predictClasses(scores: Float64Array, classes: number): Uint16Array {
  const predicted = new Uint16Array(scores.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if ((scores[row * classes + index] as number) > (scores[row * classes + best] as number)) best = index;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** Actual (rows) by predicted (columns) counts of rows, k × k, as `sklearn.metrics.confusion_matrix`. */
export function multiclassConfusion(labels: Uint16Array, predicted: Uint16Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, row) => {
    const cells = matrix[label] as number[];
    const guess = predicted[row] as number;
    cells[guess] = (cells[guess] as number) + 1;
  });
  return matrix;
}

/** Precision, recall and F1 of each class from counts of rows (weights left aside); `zero_division=0`. */
export function classMetrics(matrix: readonly (readonly number[])[], names: readonly string[]) {
  return names.map((name, index) => {
    const hits = matrix[index]?.[index] as number;
    const support = sum(matrix[index] as number[]);
    const claimed = sum(matrix.map((cells) => cells[index] as number));
    return {
      class: name,
      support,
      precision: ratio(hits, claimed),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, claimed + support),
    };
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
