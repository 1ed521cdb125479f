import { conditionalDisparity } from './conditional-disparity.ts';
import { type FairnessMetric, predicted } from './fairness-metric.ts';

export const cddpl = {
  name: 'CDDPL',
  label: 'Conditional Demographic Disparity in Predicted Labels',
  stage: 'post-training',
  formula: '(1 / n) Σ n_i DD_i over groups i, DD = n̂_d(0) / n̂(0) − n̂_d(1) / n̂(1)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-cddpl.html',
  range: [-1, 1],
  fair: 0,
  meaning:
    'Above 0: within groups, the disadvantaged facet is more of those the model rejects than of those it accepts.',
  needs: 'group',
  measure: (tally) => conditionalDisparity(tally, predicted),
  example: { fairness: { metric: 'CDDPL', max: 0.1 } },
} as const satisfies FairnessMetric;
