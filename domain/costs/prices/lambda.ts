import type { PriceGroup } from './price-group.ts';

/** AWS Lambda: a gigabyte of memory (2^30 bytes) for a second, by architecture, and a request. The first tier of each. */
export const lambdaPrices: readonly PriceGroup[] = [
  {
    source: 'AWS Price List of AWSLambda, as a public repository quotes it',
    checked: '2025-10-28',
    prices: {
      'lambda.x86_64.gbSecond': 0.0000166667,
      'lambda.arm64.gbSecond': 0.0000133334,
      'lambda.request': 0.0000002,
    },
  },
];
