import { nothing, sumOf } from '#domain/costs/amount';
import { type Pricing, priceOf } from '#domain/costs/price-table';
import { hoursOfMonth } from '#domain/costs/prices';
import { scalingOf } from '#domain/deployment/asynchronous';
import type { Amount } from '#schemas/records/costs';

/** The settings that decide what an endpoint costs. */
export interface Served {
  readonly instances: { readonly type: string; readonly count: number };
  readonly serverless?: unknown;
  readonly scaling?: { readonly min: number } | undefined;
  readonly asynchronous?: { readonly scaling?: { readonly min: number } | undefined } | undefined;
}

/** What one instance costs for so many hours. */
function hours(type: string, quantity: number, pricing: Pricing | undefined): Amount {
  if (quantity === 0) return nothing;
  const item = `sagemaker.hosting.${type}`;
  const price = priceOf(item, pricing);
  return price ? { usd: price.usd * quantity, about: price.about, unknown: [] } : { ...nothing, unknown: [item] };
}

/** The fewest instances of an endpoint: it pays for these at least. */
export function fewestInstances(served: Served): number {
  if (served.serverless) return 0;
  const { count } = served.instances;
  return scalingOf(served)?.min ?? count;
}

/** What an endpoint pays besides its instances; a lower bound where that follows from the traffic. */
const byTraffic = (served: Served): Amount =>
  served.serverless
    ? { ...nothing, unknown: ['requests to a serverless endpoint'] }
    : scalingOf(served)
      ? { ...nothing, unknown: ['instances that scaling adds'] }
      : nothing;

/** What an endpoint costs for some hours: its fewest instances, and what is not known besides. */
export const endpointHours = (served: Served, quantity: number, pricing?: Pricing): Amount =>
  sumOf([
    hours(served.instances.type, fewestInstances(served) * quantity, pricing),
    quantity > 0 ? byTraffic(served) : nothing,
  ]);

/** What an endpoint costs in a month, as AWS computes months. */
export const endpointMonthly = (served: Served, pricing?: Pricing): Amount =>
  endpointHours(served, hoursOfMonth, pricing);

/**
 * What a roll-out costs besides the former endpoint: the new fleet, while both run. All-at-once, a canary and a linear roll-out make a
 * whole new fleet (SageMaker Developer Guide, "Blue/Green Deployments"); a rolling one makes its percentage of it.
 *
 * @param minutes how long both run
 */
export function rollOutCost(
  served: Served,
  { minutes, percent = 100 }: { readonly minutes: number; readonly percent?: number },
  pricing?: Pricing,
): Amount {
  if (served.serverless) return nothing;
  const more = Math.ceil((served.instances.count * percent) / 100);
  return hours(served.instances.type, (more * minutes) / 60, pricing);
}
