import * as z from 'zod';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { allMissing, constant, type Fitted, type ProfileOf } from './encoding.ts';

/** The common settings of category encodings. */
export const categorySettings = {
  impute: z
    .union([z.enum(['mode', 'missing']), z.object({ value: z.string() }).strict()])
    .default('missing')
    .meta({
      description:
        'What replaces a missing value: the most frequent category of the training rows (`mode`), or a category of your own. `missing` keeps it apart: `onehot` gives it an input of its own, `ordinal` leaves it missing.',
      examples: ['mode', { value: 'unknown' }],
    }),
  maxCategories: z
    .int()
    .min(2)
    .max(500)
    .default(50)
    .meta({
      description:
        'How many categories count one by one, the most frequent of the training rows. The others are one category, "other".',
      examples: [20],
    }),
};
type CategorySettings = z.output<z.ZodObject<typeof categorySettings>>;

/** The categories of a column among its training rows. */
export interface Categories {
  /** The individually counted ones, at most `maxCategories`, in natural order. */
  readonly known: readonly string[];
  /** Whether there are more. */
  readonly others: boolean;
  readonly hasMissing: boolean;
  /** Replaces a missing value; undefined when missing is a separate category. */
  readonly fill: string | undefined;
}

/** Numbers by size, else texts by code point: the order does not depend on the counts. */
function inNaturalOrder(categories: readonly string[]): string[] {
  const numeric = categories.every((c) => c.trim() !== '' && Number.isFinite(Number(c)));
  return categories.toSorted((a, b) => (numeric && Number(a) !== Number(b) ? Number(a) - Number(b) : a < b ? -1 : 1));
}

/** Fits a column of categories, or returns why it carries no information. */
export function fitCategories(
  { impute, maxCategories }: CategorySettings,
  profile: ProfileOf<'category'>,
  encode: (categories: Categories) => FittedFeature[],
): Fitted {
  const byCount = profile.counts.toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([category]) => category);
  const [mode] = byCount;
  if (mode === undefined) return allMissing;
  const hasMissing = profile.trainMissing > 0;
  const asMissing = impute === 'missing';
  const fill = typeof impute === 'object' ? impute.value : mode;
  const beyond = profile.rest > 0;
  const varies = byCount.length > 1 || beyond || (hasMissing && (asMissing || fill !== mode));
  if (!varies) return constant;
  const known = inNaturalOrder(byCount.slice(0, maxCategories));
  const others = byCount.length > known.length || beyond;
  return { features: encode({ known, others, hasMissing, fill: asMissing ? undefined : fill }) };
}
