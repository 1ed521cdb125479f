import * as z from 'zod';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { allMissing, constant, type Fitted, type ProfileOf } from './encoding.ts';

/** The common setting of all category encodings. */
export const imputeSetting = {
  impute: z
    .union([z.enum(['mode', 'missing']), z.object({ value: z.string() }).strict()])
    .default('missing')
    .meta({
      description:
        'What replaces a missing value: the most frequent category of the training rows (`mode`), or a category of your own. `missing` keeps it apart: `onehot` and `hash` give it an input of its own, `target` the mean label of its rows, and `ordinal` leaves it missing.',
      examples: ['mode', { value: 'unknown' }],
    }),
};

/** The common setting of encodings that count categories one by one. */
export const rareSetting = {
  minCount: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({
      description:
        'How many training rows a category needs to count by itself, 1 without it. Rarer categories are "other"; `ordinal` counts them as missing.',
      examples: [20],
    }),
};

/** The common settings of encodings with an input or a position for each category. */
export const categorySettings = {
  ...imputeSetting,
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
  ...rareSetting,
};
type CategorySettings = z.output<z.ZodObject<typeof categorySettings>>;
type Impute = z.output<z.ZodObject<typeof imputeSetting>>['impute'];

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

/** What the categories of a column's training rows are, the most frequent first, or why they carry no information. */
export function examineCategories(
  impute: Impute,
  profile: ProfileOf<'category'>,
): { readonly dropped: string } | (Pick<Categories, 'hasMissing' | 'fill'> & { readonly byCount: ProfileCounts }) {
  const byCount = profile.counts.toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const mode = byCount[0]?.[0];
  if (mode === undefined) return allMissing;
  const hasMissing = profile.trainMissing > 0;
  const asMissing = impute === 'missing';
  const fill = typeof impute === 'object' ? impute.value : mode;
  const varies = byCount.length > 1 || profile.rest > 0 || (hasMissing && (asMissing || fill !== mode));
  if (!varies) return constant;
  return { byCount, hasMissing, fill: asMissing ? undefined : fill };
}
type ProfileCounts = ProfileOf<'category'>['counts'];

/** The reason of a column whose categories are all rarer than `minCount`. */
export const allRare = { dropped: 'every category is rarer than minCount' };

/** Fits a column of categories, or returns why it carries no information. */
export function fitCategories(
  { impute, maxCategories, minCount = 1 }: CategorySettings,
  profile: ProfileOf<'category'>,
  encode: (categories: Categories) => FittedFeature[],
): Fitted {
  const found = examineCategories(impute, profile);
  if ('dropped' in found) return found;
  const { byCount, ...rest } = found;
  const frequent = byCount.filter(([, count]) => count >= minCount).map(([category]) => category);
  if (frequent.length === 0) return allRare;
  const known = inNaturalOrder(frequent.slice(0, maxCategories));
  const others = byCount.length > known.length || profile.rest > 0;
  return { features: encode({ known, others, ...rest }) };
}
