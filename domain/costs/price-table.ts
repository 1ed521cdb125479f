import { priceRegion, regionFactor } from '#domain/costs/regions';
import { cloudWatchPrices } from './prices/cloudwatch.ts';
import { dynamoDbPrices } from './prices/dynamodb.ts';
import { eventPrices } from './prices/events.ts';
import { lambdaPrices } from './prices/lambda.ts';
import type { PriceGroup } from './prices/price-group.ts';
import { s3Prices } from './prices/s3.ts';
import { sageMakerPrices } from './prices/sagemaker.ts';
import { stepFunctionsPrices } from './prices/step-functions.ts';

/** List prices in US dollars, without taxes, free tiers and discounts. */
export const PRICES: readonly PriceGroup[] = [
  ...sageMakerPrices,
  ...lambdaPrices,
  ...stepFunctionsPrices,
  ...s3Prices,
  ...dynamoDbPrices,
  ...cloudWatchPrices,
  ...eventPrices,
];

/** Prices by region, then by item. */
const listed: ReadonlyMap<string, number> = new Map(
  PRICES.flatMap(({ region = priceRegion, prices }) =>
    Object.entries(prices).map(([item, usd]) => [`${region}/${item}`, usd] as const),
  ),
);

/** What prices apply: those of a region, and those of one's own contract, which are exact. */
export interface Pricing {
  readonly region?: string | undefined;
  /** US dollars, by item; they replace the list. */
  readonly own?: Readonly<Record<string, number>> | undefined;
}

/** The price of a unit of an item in US dollars. */
export interface Price {
  readonly usd: number;
  /** Whether it is the price of another region times a factor. */
  readonly about: boolean;
}

/** By which prices an item is counted, in words. */
export function sourceOf(item: string, { region = priceRegion, own = {} }: Pricing): string {
  if (Object.hasOwn(own, item)) return 'your price of costs.yml';
  return listed.has(`${region}/${item}`) ? `list price in ${region}` : `about the list price in ${region}`;
}

/** The price of an item; undefined where it is not known. */
export function priceOf(item: string, { region = priceRegion, own = {} }: Pricing = {}): Price | undefined {
  const mine = Object.hasOwn(own, item) ? own[item] : undefined;
  if (mine !== undefined) return { usd: mine, about: false };
  const exact = listed.get(`${region}/${item}`);
  if (exact !== undefined) return { usd: exact, about: false };
  const usd = listed.get(`${priceRegion}/${item}`);
  return usd === undefined ? undefined : { usd: usd * regionFactor(region), about: true };
}

/** Whether an item can have a price: the table has it, or it is an instance type in a use that SageMaker bills. */
export const isItem = (item: string): boolean =>
  listed.has(`${priceRegion}/${item}`) ||
  /^sagemaker\.(training|processing|transform|hosting)\.ml\.[a-z0-9]+\.[a-z0-9]+$/.test(item);
