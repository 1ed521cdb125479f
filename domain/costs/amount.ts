import { type Pricing, priceOf } from '#domain/costs/price-table';
import type { Amount, CostKind, Usage } from '#schemas/records/costs';

/** No cost. */
export const nothing: Amount = { usd: 0, about: false, unknown: [] };

/** The sum of amounts. It is a lower bound as soon as one of them is. */
export const sumOf = (amounts: readonly Amount[]): Amount => ({
  usd: amounts.reduce((sum, { usd }) => sum + usd, 0),
  about: amounts.some(({ about }) => about),
  unknown: [...new Set(amounts.flatMap(({ unknown }) => unknown))].toSorted(),
});

/** What a quantity of an item costs. An item without a known price costs nothing and is named. */
export function priceUsage({ item, quantity, measured }: Usage, pricing?: Pricing): Amount {
  if (quantity === 0) return nothing;
  const price = priceOf(item, pricing);
  return price === undefined
    ? { usd: 0, about: false, unknown: [item] }
    : { usd: price.usd * quantity, about: price.about || !measured, unknown: [] };
}

/** What several quantities cost together. */
export const priceAll = (usage: readonly Usage[], pricing?: Pricing): Amount =>
  sumOf(usage.map((one) => priceUsage(one, pricing)));

/** The dollars of each kind, for the kinds that occur. */
export function byKind(usage: readonly Usage[], pricing?: Pricing): Partial<Record<CostKind, number>> {
  const kinds = Map.groupBy(usage, ({ kind }) => kind);
  return Object.fromEntries([...kinds].map(([kind, own]) => [kind, priceAll(own, pricing).usd]));
}

/** Dollars for people: cents from a dollar on, four decimals below. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return 'under $0.0001';
  return usd < 0.995
    ? `$${usd.toFixed(4)}`
    : `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** An amount for people. It says whether it is a lower bound, or only about right. */
export function showAmount({ usd, about, unknown }: Amount): string {
  if (unknown.length > 0) return `at least ${dollars(usd)}`;
  return about && usd > 0 ? `about ${dollars(usd)}` : dollars(usd);
}

/** What an amount lacks, in a sentence; undefined where nothing is missing. */
export const unknownText = ({ unknown }: Amount): string | undefined =>
  unknown.length === 0
    ? undefined
    : `Not known: ${unknown.join(', ')}. The amount is a lower bound; costs.yml takes prices.`;
