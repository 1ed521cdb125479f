import * as z from 'zod';
import { text, texts } from '#domain/sql/literals';
import { categorySettings, fitCategories } from './categories.ts';
import { type Encoding, type FittedFeatureKind, fittedFeatureSchema, zeroOrOne } from './encoding.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';

const equalsSchema = fittedFeatureSchema('equals', { category: z.string(), orMissing: z.boolean() }).describe(
  '1 where the value is the category (or missing, if that was fitted as this category)',
);
const otherSchema = fittedFeatureSchema('other', { known: z.array(z.string()) }).describe(
  '1 where the value is none of the known categories',
);

const equalsFeature = {
  name: 'equals',
  schema: equalsSchema,
  reads: 'VARCHAR',
  sql: ({ category, orMissing }, value) =>
    zeroOrOne(`${value} = ${text(category)}${orMissing ? ` OR ${value} IS NULL` : ''}`),
  watched: ({ category }) => ({ as: 'indicator', category }),
  categories: ({ category }) => [category],
} as const satisfies FittedFeatureKind<typeof equalsSchema>;

const otherFeature = {
  name: 'other',
  schema: otherSchema,
  reads: 'VARCHAR',
  sql: ({ known }, value) => zeroOrOne(`${value} NOT IN (${texts(known)})`),
  watched: () => ({ as: 'indicator', category: '(other)' }),
  categories: ({ known }) => known,
} as const satisfies FittedFeatureKind<typeof otherSchema>;

/** A 0/1 input for every category. */
export const onehot = {
  name: 'onehot',
  type: 'category',
  label: 'One-hot',
  summary: 'A 0/1 input for each frequent category, one for all others and, where some are missing, one for missing.',
  settings: categorySettings,
  features: [equalsFeature, otherFeature, missingFeature],
  example: { role: 'feature', type: 'category', encode: 'onehot', maxCategories: 20 },
  leavesMissing: () => false,
  fit: (source, settings, profile) =>
    fitCategories(settings, profile, ({ known, others, hasMissing, fill }) => [
      ...known.map(
        (category): z.output<typeof equalsSchema> => ({
          kind: 'equals',
          name: `${source}=${category}`,
          source,
          category,
          orMissing: category === fill,
        }),
      ),
      ...(others ? [{ kind: 'other', name: `${source}:other`, source, known } as const] : []),
      ...(fill === undefined && hasMissing ? [missingIndicator(source)] : []),
    ]),
} as const satisfies Encoding<'category', typeof categorySettings>;
