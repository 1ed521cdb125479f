import { divide, type FairnessMetric, predicted } from './fairness-metric.ts';

export const dar = {
  name: 'DAR',
  label: 'Difference in Acceptance Rates',
  stage: 'post-training',
  formula: 'TP_a / n̂_a(1) − TP_d / n̂_d(1)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-dar.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: a favourable prediction is right more often in the advantaged facet.',
  measure: ({ cells: { a, d } }) => divide(a.truePositives, predicted(a)) - divide(d.truePositives, predicted(d)),
  example: { fairness: { metric: 'DAR', max: 0.1 } },
} as const satisfies FairnessMetric;
