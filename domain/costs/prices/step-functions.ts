import type { PriceGroup } from './price-group.ts';

const source = 'aws.amazon.com/step-functions/pricing, "State transitions pricing table"';
/** Dollars for 1000 transitions, by region. */
const standard: Readonly<Record<string, number>> = {
  'us-east-1': 0.025,
  'us-east-2': 0.025,
  'us-west-2': 0.025,
  'us-west-1': 0.0279,
  'ca-central-1': 0.025,
  'sa-east-1': 0.0375,
  'eu-west-1': 0.025,
  'eu-central-1': 0.025,
  'eu-west-2': 0.025,
  'eu-west-3': 0.0297,
  'eu-north-1': 0.025,
  'ap-southeast-1': 0.025,
  'ap-southeast-2': 0.025,
  'ap-northeast-1': 0.025,
  'ap-northeast-2': 0.0271,
  'ap-south-1': 0.0285,
};

/** AWS Step Functions: a transition of a standard workflow; a request to an express one. A retry counts as a transition. */
export const stepFunctionsPrices: readonly PriceGroup[] = [
  ...Object.entries(standard).map(([region, thousand]) => ({
    source,
    checked: '2026-12-01',
    region,
    prices: { 'states.transition': thousand / 1000 },
  })),
  { source, checked: '2026-11', prices: { 'states.express.request': 0.000001 } },
];
