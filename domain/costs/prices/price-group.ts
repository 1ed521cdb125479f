/** Prices that were read at one place on one day. */
export interface PriceGroup {
  /** Where they were read: a public page or document. */
  readonly source: string;
  /** The day, or the month, for which they were read (ISO 8601). */
  readonly checked: string;
  /** The region that they are exact for; `us-east-1` without it. */
  readonly region?: string;
  /** US dollars, by item: `<service>.<item>`. The unit is that of the item, as its service's file says. */
  readonly prices: Readonly<Record<string, number>>;
}

/** The same prices for several uses of one thing: `<service>.<use>.<thing>`. */
export const forUses = (
  service: string,
  uses: readonly string[],
  prices: Readonly<Record<string, number>>,
): Record<string, number> =>
  Object.fromEntries(
    uses.flatMap((use) => Object.entries(prices).map(([thing, usd]) => [`${service}.${use}.${thing}`, usd])),
  );
