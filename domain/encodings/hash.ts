import * as z from 'zod';
import { text } from '#domain/sql/literals';
import { examineCategories, imputeSetting } from './categories.ts';
import { type Encoding, type FittedFeatureKind, fittedFeatureSchema, zeroOrOne } from './encoding.ts';
import { missingFeature, missingIndicator } from './missing-indicator.ts';

const schema = fittedFeatureSchema('hashed', {
  buckets: z.int().min(2),
  bucket: z.int().min(0),
  fill: z.string().nullable().describe('replaces a missing value'),
}).describe('1 where the hash of the category falls into the bucket');
type HashedFeature = z.output<typeof schema>;

/** SQL of the bucket of a text: by MD5, which no version of the engine changes. */
export const hashedSql = (value: string, buckets: number): string =>
  `CAST(md5_number_lower(${value}) % ${buckets} AS INTEGER)`;

const hashedFeature = {
  name: 'hashed',
  schema,
  reads: 'VARCHAR',
  shared: ({ buckets, fill }, value) => hashedSql(fill === null ? value : `coalesce(${value}, ${text(fill)})`, buckets),
  sql: ({ bucket }, _, { shared }) => zeroOrOne(`${shared} = ${bucket}`),
  watched: ({ bucket }) => ({ as: 'indicator', category: `(bucket ${bucket})`, transformed: true }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {
  ...imputeSetting,
  buckets: z
    .int()
    .min(2)
    .max(1024)
    .optional()
    .meta({
      description:
        'How many inputs the column becomes, 32 without it. Categories share one by chance: more buckets, fewer do.',
      examples: [64],
    }),
};

/** A 0/1 input for every bucket of a hash. */
export const hash = {
  name: 'hash',
  type: 'category',
  label: 'Hashing',
  summary:
    'A 0/1 input for each bucket of a hash (MD5) of the category, and one for missing where some are. No category is stored, and one that training never saw has a bucket too.',
  settings,
  features: [hashedFeature, missingFeature],
  example: { role: 'feature', type: 'category', encode: 'hash', buckets: 64 },
  leavesMissing: () => false,
  fit(source, { impute, buckets = 32 }, profile) {
    const found = examineCategories(impute, profile);
    if ('dropped' in found) return found;
    const { fill = null, hasMissing } = found;
    const inputs = Array.from(
      { length: buckets },
      (_, bucket): HashedFeature => ({ kind: 'hashed', name: `${source}#${bucket}`, source, buckets, bucket, fill }),
    );
    return { features: [...inputs, ...(fill === null && hasMissing ? [missingIndicator(source)] : [])] };
  },
} as const satisfies Encoding<'category', typeof settings>;
