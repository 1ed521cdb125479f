import type { PriceGroup } from './price-group.ts';

/** Amazon CloudWatch: a gigabyte of logs taken in, or kept for a month; a custom metric, an alarm and a dashboard for a month. */
export const cloudWatchPrices: readonly PriceGroup[] = [
  {
    source: 'aws.amazon.com/cloudwatch/pricing, first tiers',
    checked: '2026-11',
    prices: {
      'cloudwatch.logs.gb': 0.5,
      'cloudwatch.logs.gbMonth': 0.03,
      'cloudwatch.metric': 0.3,
      'cloudwatch.alarm': 0.1,
      'cloudwatch.dashboard': 3,
    },
  },
];
