import * as z from 'zod';
import { text } from '#domain/sql/literals';
import { categorySettings, fitCategories } from './categories.ts';
import { type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';

const schema = fittedFeatureSchema('ordinal', {
  order: z.array(z.string()),
  fill: z.int().min(0).nullable(),
}).describe('position of the category; missing for an unknown one');
type OrdinalFeature = z.output<typeof schema>;

const ordinalFeature = {
  name: 'ordinal',
  schema,
  reads: 'VARCHAR',
  sql({ order, fill }, value) {
    const cases = order.map((category, i) => `WHEN ${text(category)} THEN ${i}`).join(' ');
    const code = `CASE ${value} ${cases} END`;
    return fill === null ? code : `CASE WHEN ${value} IS NULL THEN ${fill} ELSE ${code} END`;
  },
  watched: ({ source, order }) => ({ as: 'category', column: source, category: (code) => order[code] ?? null }),
  categories: ({ order }) => order,
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {
  ...categorySettings,
  order: z
    .array(z.string())
    .min(2)
    .optional()
    .meta({
      description:
        'The categories from lowest to highest. Any other category counts as missing. Without an order: by number or alphabet.',
      examples: [['low', 'middle', 'high']],
    }),
};

/** A category's position in an order. */
export const ordinal = {
  name: 'ordinal',
  type: 'category',
  label: 'Ordinal',
  summary: 'The position of the category, in the order given or else in natural order.',
  settings,
  features: [ordinalFeature],
  example: { role: 'feature', type: 'category', encode: 'ordinal', order: ['low', 'middle', 'high'] },
  fit: (source, own, profile) =>
    fitCategories(own, profile, ({ known, fill }): OrdinalFeature[] => {
      const order = own.order ?? [...known];
      const position = fill === undefined ? -1 : order.indexOf(fill);
      return [{ kind: 'ordinal', name: source, source, order, fill: position < 0 ? null : position }];
    }),
} as const satisfies Encoding<'category', typeof settings>;
