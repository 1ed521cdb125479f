import { divide, type FairnessMetric, predicted, shareOf } from './fairness-metric.ts';

export const di = {
  name: 'DI',
  label: 'Disparate Impact',
  stage: 'post-training',
  formula: '(n̂_d(1) / n_d) / (n̂_a(1) / n_a)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-di.html',
  range: [0, Number.POSITIVE_INFINITY],
  fair: 1,
  meaning:
    'Below 1: the model predicts the favourable outcome less often for the disadvantaged facet. The four-fifths rule asks for 0.8.',
  measure: ({ cells: { a, d } }) => divide(shareOf(predicted, d), shareOf(predicted, a)),
  example: { fairness: { metric: 'DI', min: 0.8, max: 1.25 } },
} as const satisfies FairnessMetric;
