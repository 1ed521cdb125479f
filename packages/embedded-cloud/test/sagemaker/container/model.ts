/** Weights of a logistic regression, the intercept first. */
export type Weights = readonly number[];

/** The probability of the label 1. */
export const predict = ([intercept = 0, ...weights]: Weights, row: readonly number[]): number =>
  1 / (1 + Math.exp(-row.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), intercept)));

/** A data set: the label of each row, and the rest of it. */
export interface Labelled {
  readonly labels: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** One step of gradient descent, the weights drawn to zero by `alpha` (L1). */
export function step(weights: Weights, { labels, rows }: Labelled, eta: number, alpha: number): Weights {
  const gradient = new Array<number>(weights.length).fill(0);
  for (const [at, row] of rows.entries()) {
    const error = predict(weights, row) - (labels[at] ?? 0);
    gradient[0] = (gradient[0] ?? 0) + error;
    for (const [i, value] of row.entries()) gradient[i + 1] = (gradient[i + 1] ?? 0) + error * value;
  }
  return weights.map((weight, i) => {
    const moved = weight - (eta * (gradient[i] ?? 0)) / rows.length;
    if (i === 0) return moved;
    return Math.sign(moved) * Math.max(0, Math.abs(moved) - (eta * alpha) / rows.length);
  });
}

/** Metrics by the names that XGBoost gives them. */
export const METRICS: Readonly<Record<string, (scores: readonly number[], labels: readonly number[]) => number>> = {
  auc(scores, labels) {
    const order = scores.map((score, at) => [score, labels[at] ?? 0] as const).toSorted((a, b) => a[0] - b[0]);
    let [rankSum, positives] = [0, 0];
    for (const [rank, [, label]] of order.entries()) {
      if (label !== 1) continue;
      rankSum += rank + 1;
      positives += 1;
    }
    return (rankSum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
  },
  logloss: (scores, labels) =>
    scores.reduce((sum, score, at) => sum - Math.log(labels[at] === 1 ? score : 1 - score), 0) / scores.length,
  f1(scores, labels) {
    const hits = scores.filter((score, at) => score > 0.5 && labels[at] === 1).length;
    const found = scores.filter((score) => score > 0.5).length;
    return (2 * hits) / (found + labels.filter((label) => label === 1).length);
  },
};
