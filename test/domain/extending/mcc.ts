import type { Metric } from '#domain/metrics/metric';

export const mcc = {
  name: 'mcc',
  label: 'Matthews correlation',
  summary: 'correlation of predicted and actual classes',
  source: 'scikit-learn matthews_corrcoef',
  higherIsBetter: true,
  range: [-1, 1],
  measure: {
    binary({ truePositives: tp, falsePositives: fp, positives, negatives }) {
      const claimed = tp + fp;
      const spread = claimed * (positives + negatives - claimed) * positives * negatives;
      return spread === 0 ? 0 : (tp * negatives - fp * positives) / Math.sqrt(spread);
    },
  },
  example: { metric: 'mcc', min: 0.4 },
} as const satisfies Metric;
