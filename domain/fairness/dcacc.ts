import { divide, type FairnessMetric, observed, predicted } from './fairness-metric.ts';

/** `DCA` in smclarify. */
export const dcacc = {
  name: 'DCAcc',
  label: 'Difference in Conditional Acceptance',
  stage: 'post-training',
  formula: 'n_a(1) / n̂_a(1) − n_d(1) / n̂_d(1)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-dcacc.html',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  fair: 0,
  meaning:
    'Above 0: next to its predictions, the advantaged facet has more favourable labels than the disadvantaged one, so the model favours the disadvantaged.',
  measure: ({ cells: { a, d } }) => divide(observed(a), predicted(a)) - divide(observed(d), predicted(d)),
  example: { fairness: { metric: 'DCAcc', min: -0.2, max: 0.2 } },
} as const satisfies FairnessMetric;
