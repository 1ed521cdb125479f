import type { PriceGroup } from './price-group.ts';

/** Amazon DynamoDB on demand: a gigabyte for a month, a write unit, a read unit (strongly consistent, 4 KB). */
export const dynamoDbPrices: readonly PriceGroup[] = [
  {
    source: 'aws.amazon.com/dynamodb/pricing/on-demand',
    checked: '2026-11',
    prices: { 'dynamodb.gbMonth': 0.25, 'dynamodb.write': 0.000000625, 'dynamodb.read': 0.000000125 },
  },
];
