import * as z from 'zod';

/** What a drop's columns are and what becomes of them. */

export const identifier = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_ .-]{0,127}$/,
    'a column name: a letter or _ first, then letters, digits, spaces, _ . -',
  );

const imputeNumber = z.union([z.enum(['median', 'mean', 'zero', 'none']), z.number()]);
const imputeCategory = z.union([z.enum(['mode', 'missing']), z.object({ value: z.string() }).strict()]);

const numberFeature = z
  .object({
    type: z.literal('number'),
    impute: imputeNumber.default('median').describe('what replaces a missing value; none leaves it to XGBoost'),
    indicator: z.boolean().default(false).describe('adds a 0/1 feature that says whether the value was missing'),
  })
  .strict();
const categoryFeature = z
  .object({
    type: z.literal('category'),
    impute: imputeCategory.default('missing'),
    encode: z.enum(['onehot', 'ordinal']).default('onehot'),
    order: z.array(z.string()).min(2).optional().describe('for ordinal: the categories from lowest to highest'),
    maxCategories: z.int().min(2).max(500).default(50).describe('the rest share one "other" feature'),
  })
  .strict();
const booleanFeature = z
  .object({ type: z.literal('boolean'), impute: z.enum(['mode', 'false', 'none']).default('none') })
  .strict();
const datetimeFeature = z
  .object({
    type: z.literal('datetime'),
    parts: z.array(z.enum(['hour', 'dayOfWeek', 'dayOfMonth', 'month', 'year', 'epochDays'])).min(1),
  })
  .strict();

/** How a column becomes model inputs. */
export const featureSchema = z.discriminatedUnion('type', [
  numberFeature,
  categoryFeature,
  booleanFeature,
  datetimeFeature,
]);
export type FeatureSpec = z.infer<typeof featureSchema>;

const piiColumn = z.discriminatedUnion('action', [
  z.object({ role: z.literal('pii'), action: z.literal('drop') }).strict(),
  z.object({ role: z.literal('pii'), action: z.literal('tokenize') }).strict(),
  z
    .object({
      role: z.literal('pii'),
      action: z.literal('mask'),
      keepFirst: z.int().min(0).max(8).default(0),
      keepLast: z.int().min(0).max(8).default(0),
    })
    .strict(),
]);
const quasiColumn = z
  .object({
    role: z.literal('quasi'),
    action: z.literal('generalize'),
    keepFirst: z.int().min(1).max(8).optional().describe('text: keep this many leading characters'),
    binWidth: z.number().positive().optional().describe('number: round down to a multiple of this'),
    truncateTo: z.enum(['year', 'month', 'day']).optional().describe('date: keep down to this unit'),
    feature: featureSchema.optional().describe('use the generalized value as a model input too'),
  })
  .strict()
  .refine((c) => [c.keepFirst, c.binWidth, c.truncateTo].filter((v) => v !== undefined).length === 1, {
    message: 'generalize needs exactly one of keepFirst, binWidth, truncateTo',
  });
const textColumn = z.object({ role: z.literal('text'), action: z.literal('drop') }).strict();
const ignoredColumn = z.object({ role: z.literal('ignore') }).strict();
const sliceColumn = z
  .object({ role: z.literal('slice') })
  .strict()
  .describe('kept for evaluation by group, never a model input');
const featureColumn = z.discriminatedUnion('type', [
  numberFeature.extend({ role: z.literal('feature') }).strict(),
  categoryFeature.extend({ role: z.literal('feature') }).strict(),
  booleanFeature.extend({ role: z.literal('feature') }).strict(),
  datetimeFeature.extend({ role: z.literal('feature') }).strict(),
]);

/** What one column of the drop is, and what becomes of it. */
export const columnSchema = z.discriminatedUnion('role', [
  featureColumn,
  piiColumn,
  quasiColumn,
  textColumn,
  sliceColumn,
  ignoredColumn,
]);
export type ColumnSpec = z.infer<typeof columnSchema>;
