import { binaryMetrics } from '#schemas/pipeline-gates';
import { clipProbability, type MetricKernel, ratio } from './kernel.ts';
import { rankDescending } from './ranking.ts';

/**
 * Binary metrics by scikit-learn's definitions (1.x, `sklearn.metrics`), all in one walk down the ranking:
 * - `auc` — `roc_auc_score`, tied pairs count one half
 * - `pr_auc` — `average_precision_score`: Σ (Rₙ - Rₙ₋₁) Pₙ over distinct scores, no interpolation
 * - `accuracy`, `precision`, `recall`, `f1` — at `threshold`, scores at or above it are positive; `zero_division=0`
 * - `log_loss` — natural logarithm, probabilities clipped to [ε, 1 - ε], ε = 2⁻⁵²
 * - `brier` — `brier_score_loss`: mean squared error of the probability
 * - `ks` — two-sample Kolmogorov-Smirnov distance of the classes' scores: max |TPR - FPR| (`scipy.stats.ks_2samp`)
 *
 * Ranking metrics are NaN when the weights leave only one class.
 *
 * @param labels 0 or 1 by row
 * @param scores probability of class 1 by row
 */
export function binaryKernel(
  labels: Uint16Array,
  scores: Float64Array,
  threshold: number,
): MetricKernel<(typeof binaryMetrics)[number]> {
  const { order, endsTie } = rankDescending(scores);
  const n = order.length;
  const positive = new Uint8Array(n);
  const logLoss = new Float64Array(n);
  const squared = new Float64Array(n);
  let predicted = 0;
  for (let place = 0; place < n; place++) {
    const row = order[place] as number;
    const score = scores[row] as number;
    const label = labels[row] as number;
    const p = clipProbability(score);
    positive[place] = label;
    logLoss[place] = -Math.log(label === 1 ? p : 1 - p);
    squared[place] = (label - score) ** 2;
    if (score >= threshold) predicted = place + 1;
  }

  const measure = (rowWeights: Float64Array, out: Float64Array): void => {
    let positives = 0;
    let negatives = 0;
    for (let row = 0; row < n; row++) {
      if (labels[row] === 1) positives += rowWeights[row] as number;
      else negatives += rowWeights[row] as number;
    }
    let tp = 0;
    let fp = 0;
    let tpBefore = 0;
    let fpBefore = 0;
    let tpAtThreshold = 0;
    let fpAtThreshold = 0;
    let area = 0;
    let averagePrecision = 0;
    let distance = 0;
    let lossSum = 0;
    let squaredSum = 0;
    for (let place = 0; place < n; place++) {
      const weight = rowWeights[order[place] as number] as number;
      if (positive[place] === 1) tp += weight;
      else fp += weight;
      lossSum += weight * (logLoss[place] as number);
      squaredSum += weight * (squared[place] as number);
      if (place === predicted - 1) {
        tpAtThreshold = tp;
        fpAtThreshold = fp;
      }
      if (endsTie[place] === 1) {
        area += (fp - fpBefore) * (tp + tpBefore);
        if (tp > tpBefore) averagePrecision += (tp - tpBefore) * (tp / (tp + fp));
        distance = Math.max(distance, Math.abs(tp * negatives - fp * positives));
        tpBefore = tp;
        fpBefore = fp;
      }
    }
    const total = positives + negatives;
    const pairs = positives * negatives;
    out[0] = area / (2 * pairs);
    out[1] = averagePrecision / positives;
    out[2] = (tpAtThreshold + negatives - fpAtThreshold) / total;
    out[3] = ratio(tpAtThreshold, tpAtThreshold + fpAtThreshold);
    out[4] = ratio(tpAtThreshold, positives);
    out[5] = ratio(2 * tpAtThreshold, tpAtThreshold + fpAtThreshold + positives);
    out[6] = lossSum / total;
    out[7] = squaredSum / total;
    out[8] = distance / pairs;
  };
  return { names: binaryMetrics, measure };
}

/** Actual (rows: 0, 1) by predicted (columns: 0, 1) counts at `threshold`, as `sklearn.metrics.confusion_matrix`. */
export function binaryConfusion(labels: Uint16Array, scores: Float64Array, threshold: number): number[][] {
  const cells = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const cell = (labels[row] as number) * 2 + ((scores[row] as number) >= threshold ? 1 : 0);
    cells[cell] = (cells[cell] as number) + 1;
  }
  return [cells.slice(0, 2), cells.slice(2)];
}
