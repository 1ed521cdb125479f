import type { PriceGroup } from './price-group.ts';

/** Amazon API Gateway: a request to an HTTP API of at most 512 KB, first tier. */
const httpApi: PriceGroup = {
  source: 'aws.amazon.com/api-gateway/pricing, HTTP APIs',
  checked: '2026-11',
  prices: { 'httpApi.request': 0.000001 },
};

/** Amazon EventBridge: an event of one's own, of at most 64 KB; a start by the Scheduler. Events of AWS services are free. */
const eventBridge: PriceGroup = {
  source: 'aws.amazon.com/eventbridge/pricing',
  checked: '2026-11',
  prices: { 'events.custom': 0.000001, 'events.schedule': 0.000001 },
};

/** What brings events and requests. */
export const eventPrices: readonly PriceGroup[] = [httpApi, eventBridge];
