import type { PriceGroup } from './price-group.ts';

/** Amazon S3 Standard: a gigabyte for a month (first tier), a request that writes or lists, a request that reads. */
export const s3Prices: readonly PriceGroup[] = [
  {
    source: 'aws.amazon.com/s3/pricing, S3 Standard',
    checked: '2026-11',
    prices: { 's3.gbMonth': 0.023, 's3.write': 0.000005, 's3.read': 0.0000004 },
  },
];
