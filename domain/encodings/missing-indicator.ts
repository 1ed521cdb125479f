import type * as z from 'zod';
import { type FittedFeatureKind, fittedFeatureSchema, zeroOrOne } from './encoding.ts';

const schema = fittedFeatureSchema('missing', {}).describe('1 where the value is missing');
type MissingFeature = z.output<typeof schema>;

/** A 0/1 input for missing values, in addition to the column's other inputs. */
export const missingFeature = {
  name: 'missing',
  schema,
  reads: undefined,
  sql: (_, value) => zeroOrOne(`${value} IS NULL`),
  watched: ({ name }) => ({
    as: 'category',
    column: name,
    category: (encoded) => (Number.isNaN(encoded) ? null : encoded === 1 ? 'true' : 'false'),
  }),
} as const satisfies FittedFeatureKind<typeof schema>;

export const missingIndicator = (source: string): MissingFeature => ({
  kind: 'missing',
  name: `${source}:missing`,
  source,
});
