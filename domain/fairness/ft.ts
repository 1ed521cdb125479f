import type { FairnessMetric } from './fairness-metric.ts';

/** Black, Yeom, Fredrikson 2020, "FlipTest: Fairness Testing via Optimal Transport"; Clarify looks up nearest neighbours instead. */
export const ft = {
  name: 'FT',
  label: 'Counterfactual Fliptest',
  stage: 'post-training',
  formula:
    '(F⁺ − F⁻) / n_d: favourable predictions of the disadvantaged that the nearest advantaged rows do not get, less the reverse',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ft.html',
  range: [-1, 1],
  fair: 0,
  meaning:
    'Below 0: similar rows of the advantaged facet are predicted the favourable outcome more often than those of the disadvantaged.',
  needs: 'neighbours',
  measure: ({ flips: { rows, positive, negative } }) => (positive - negative) / rows,
  example: { fairness: { metric: 'FT', min: -0.1 } },
} as const satisfies FairnessMetric;
