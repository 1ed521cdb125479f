import * as z from 'zod';

/** How the rows of a drop were divided: `sides.json` of a run. Every later step reads the sides of rows from it. */

const instant = z.string().describe('ISO 8601, UTC, to the microsecond');
const bucket = z.int().min(0).describe('from 0 to 65,536: the first 16 bits of the key of a row');
const bits = z.string().describe('65,536 bits in base64: bucket b is bit b % 8 of byte b / 8');

export const stratifiedRuleSchema = z.object({
  strategy: z.literal('stratified'),
  cuts: z
    .array(z.object({ validation: bucket, test: bucket }))
    .min(1)
    .describe('by class (one entry for regression): the first bucket of validation and of test'),
});
export type StratifiedRule = z.infer<typeof stratifiedRuleSchema>;

export const timeRuleSchema = z.object({
  strategy: z.literal('time'),
  trainUntil: instant.describe('the last time of the training rows'),
  validationFrom: instant,
  validationUntil: instant,
  testFrom: instant,
});
export type TimeRule = z.infer<typeof timeRuleSchema>;

const unusedRuleSchema = z.object({
  kind: z.literal('unused'),
  used: bits.describe('buckets with rows that the champion was trained on'),
});
const laterRuleSchema = z.object({
  kind: z.literal('later'),
  after: instant.describe('the last time of a row that the champion was trained on'),
});

/** Which rows of a drop the champion cannot have been trained on. */
export const comparableRuleSchema = z.discriminatedUnion('kind', [
  unusedRuleSchema,
  laterRuleSchema,
  z.object({
    kind: z.literal('earlier-hash'),
    seed: z.string(),
    test: z.number().describe('where the test side began, for a champion of a version without sides.json'),
  }),
  z.object({ kind: z.literal('none'), reason: z.string().describe('why no row can be compared, and what to do') }),
]);
export type ComparableRule = z.infer<typeof comparableRuleSchema>;

const count = z.int().min(0);
const duplicatesSchema = z.object({
  rows: count.describe('rows whose model inputs equal those of another row'),
  sets: count,
  nearRows: count.describe('rows that equal another row after rounding numbers and evening out texts'),
  nearSets: count,
  straddling: z
    .number()
    .min(0)
    .max(1)
    .describe('the share of the test rows of a naive split that have a copy in training'),
  nearStraddling: z.number().min(0).max(1),
});
export type Duplicates = z.infer<typeof duplicatesSchema>;

export const sidesSchema = z.object({
  version: z.literal(1),
  rule: z.discriminatedUnion('strategy', [stratifiedRuleSchema, timeRuleSchema]),
  identity: z.string().describe('what the key of a row is made from: only keys of the same identity can be compared'),
  used: bits.describe(
    'buckets with rows on the training or validation side, of the run or, where it goes on from a champion, of an ancestor',
  ),
  time: z
    .object({ column: z.string(), usedUntil: instant })
    .optional()
    .describe('the time column, and the last time on the training or validation side'),
  placed: count.describe('groups whose side is not that of the rule; they are in placed.parquet'),
  groups: count,
  mixed: count.describe('groups with rows of several classes'),
  leftOut: count.describe('rows in the gaps between the sides, and test rows that an ancestor was trained on'),
  duplicates: duplicatesSchema,
  comparable: comparableRuleSchema.optional().describe('absent without a champion'),
  unseen: z
    .discriminatedUnion('kind', [unusedRuleSchema, laterRuleSchema])
    .optional()
    .describe(
      'of a training that goes on from the champion: the test rows that neither it nor its ancestors were trained on; the others are left out',
    ),
});
export type Sides = z.infer<typeof sidesSchema>;
/** Rows that a model and its ancestors were not trained on. */
export type UnseenRule = NonNullable<Sides['unseen']>;
export type SplitRule = Sides['rule'];
