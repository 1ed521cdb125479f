import { type FairnessMetric, observed, shareOf } from './fairness-metric.ts';

export const dpl = {
  name: 'DPL',
  label: 'Difference in Proportions of Labels',
  stage: 'pre-training',
  formula: 'n_a(1) / n_a − n_d(1) / n_d',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-true-label-imbalance.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: favourable labels are more frequent in the advantaged facet.',
  measure: ({ cells: { a, d } }) => shareOf(observed, a) - shareOf(observed, d),
  example: { fairness: { metric: 'DPL', max: 0.2 } },
} as const satisfies FairnessMetric;
