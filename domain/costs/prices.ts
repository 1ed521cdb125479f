import { type Price, type Pricing, priceOf } from '#domain/costs/price-table';

export { priceRegion } from '#domain/costs/regions';

/** The item of an instance type that serves. */
export const hostingItem = (instanceType: string): string => `sagemaker.hosting.${instanceType}`;

/** Hours of a month, as AWS computes monthly prices. */
export const hoursOfMonth = 730;

/**
 * What an endpoint's instances cost a month, in US dollars; undefined for an instance type without a known price.
 *
 * @param pricing the region and one's own prices
 */
export function endpointMonth(instanceType: string, instances: number, pricing: Pricing): number | undefined {
  const hour = priceOf(hostingItem(instanceType), pricing);
  return hour === undefined ? undefined : hour.usd * instances * hoursOfMonth;
}

/** What stored bytes cost a month, in US dollars. @param pricing as of `endpointMonth` */
export const storageMonth = (bytes: number, pricing: Pricing): number =>
  (bytes / 2 ** 30) * (priceOf('s3.gbMonth', pricing) as Price).usd;
