import { overLabels } from './distributions.ts';
import type { FairnessMetric } from './fairness-metric.ts';

export const tvd = {
  name: 'TVD',
  label: 'Total Variation Distance',
  stage: 'pre-training',
  formula: '½ Σ |P_a(y) − P_d(y)|',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-total-variation-distance.html',
  range: [0, 1],
  fair: 0,
  meaning: 'The share of rows that would need another label for the facets to have the same distribution.',
  measure: ({ labels }) => overLabels(labels, (a, d) => Math.abs(a - d)) / 2,
  example: { fairness: { metric: 'TVD', max: 0.2 } },
} as const satisfies FairnessMetric;
