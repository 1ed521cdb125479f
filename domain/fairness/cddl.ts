import { conditionalDisparity } from './conditional-disparity.ts';
import { type FairnessMetric, observed } from './fairness-metric.ts';

export const cddl = {
  name: 'CDDL',
  label: 'Conditional Demographic Disparity in Labels',
  stage: 'pre-training',
  formula: '(1 / n) Σ n_i DD_i over groups i, DD = n_d(0) / n(0) − n_d(1) / n(1)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-cddl.html',
  range: [-1, 1],
  fair: 0,
  meaning:
    'Above 0: within groups, the disadvantaged facet is more of those with unfavourable labels than of those with favourable ones.',
  needs: 'group',
  measure: (tally) => conditionalDisparity(tally, observed),
  example: { fairness: { metric: 'CDDL', max: 0.1 } },
} as const satisfies FairnessMetric;
