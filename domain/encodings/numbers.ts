import * as z from 'zod';
import { double } from '#domain/sql/literals';
import type { Quantiles } from './encoding.ts';

/** The common settings of number encodings. */
export const numberSettings = {
  impute: z
    .union([z.enum(['median', 'mean', 'zero', 'none']), z.number()])
    .default('median')
    .meta({
      description:
        'What replaces a missing value: the median or the mean of the training rows, zero, or a number of your own. `none` leaves it missing.',
      examples: ['median', -1],
    }),
  indicator: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether to add a 0/1 input that says if the value was missing.', examples: [true] }),
};
type NumberSettings = z.output<z.ZodObject<typeof numberSettings>>;

/** The number that replaces a missing value; null when it stays missing. Without a median: the mean. */
export function fillOf(impute: NumberSettings['impute'], mean: number, quantiles: Quantiles): number | null {
  if (typeof impute === 'number') return impute;
  return { median: quantiles.get(0.5) ?? mean, mean, zero: 0, none: null }[impute];
}

/** SQL of a number with its missing values replaced. */
export const filled = (value: string, fill: number | null): string =>
  fill === null ? value : `coalesce(${value}, ${double(fill)})`;

/** The largest number that models read: XGBoost and others hold inputs as float32. */
const largest = 3.4028234663852886e38;

/** SQL of a number without infinity and negative zero: results beyond float32 count as its largest number. */
export const withinFloat32 = (value: string): string => {
  const [high, low] = [double(largest), double(-largest)];
  return `CASE WHEN ${value} > ${high} THEN ${high} WHEN ${value} < ${low} THEN ${low} WHEN ${value} = 0 THEN 0 ELSE ${value} END`;
};
