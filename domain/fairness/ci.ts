import { type FairnessMetric, rowsOf } from './fairness-metric.ts';

export const ci = {
  name: 'CI',
  label: 'Class Imbalance',
  stage: 'pre-training',
  formula: '(n_a − n_d) / (n_a + n_d)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-bias-metric-class-imbalance.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: the disadvantaged facet has fewer rows, so the model learns less about it.',
  measure: ({ cells: { a, d } }) => (rowsOf(a) - rowsOf(d)) / (rowsOf(a) + rowsOf(d)),
  example: { fairness: { metric: 'CI', max: 0.5 } },
} as const satisfies FairnessMetric;
