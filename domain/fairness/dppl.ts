import { type FairnessMetric, predicted, shareOf } from './fairness-metric.ts';

export const dppl = {
  name: 'DPPL',
  label: 'Difference in Positive Proportions in Predicted Labels',
  stage: 'post-training',
  formula: 'n̂_a(1) / n_a − n̂_d(1) / n_d',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-dppl.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: the model predicts the favourable outcome more often for the advantaged facet.',
  measure: ({ cells: { a, d } }) => shareOf(predicted, a) - shareOf(predicted, d),
  example: { fairness: { metric: 'DPPL', max: 0.1 } },
} as const satisfies FairnessMetric;
