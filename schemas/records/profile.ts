import * as z from 'zod';
import { constraintResultSchema } from './constraints.ts';

/** Count, mean, sum of squared deviations from the mean, and range of some numbers; the range of none is null. */
export const momentsSchema = z.object({
  count: z.int().min(0),
  mean: z.number(),
  m2: z.number().min(0),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
export type Moments = z.infer<typeof momentsSchema>;

/** How often each value occurs, ordered by value. */
export const countsSchema = z.array(z.tuple([z.string(), z.int().min(1)]));
export type Counts = z.infer<typeof countsSchema>;

const missing = z.int().min(0).describe('missing values on all sides');
const trainMissing = z.int().min(0).describe('missing values among the training rows');

const labelCellsSchema = z.object({
  rows: z.array(z.int().min(0)).describe('training rows by fold'),
  means: z
    .array(z.array(z.number()))
    .describe('by model input, then by fold: the mean of the label, or the share of a class'),
});
export type LabelCells = z.infer<typeof labelCellsSchema>;

/** The labels of the training rows by category and fold, for target encodings. */
export const labelCountsSchema = z.object({
  folds: z.int().min(2),
  all: labelCellsSchema,
  missing: labelCellsSchema,
  categories: z.array(z.tuple([z.string(), labelCellsSchema])).describe('ordered by category'),
});
export type LabelCounts = z.infer<typeof labelCountsSchema>;

/** One clean column. Distributions are of the training rows alone, so that nothing fitted on them has seen the holdout. */
export const columnProfileSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), missing, trainMissing, train: momentsSchema }),
  z.object({
    kind: z.literal('category'),
    missing,
    trainMissing,
    counts: countsSchema,
    rest: z.int().min(0).describe('training rows whose category was beyond the most frequent ones of its shard'),
    labels: labelCountsSchema.optional().describe('only of a column whose encoding needs them'),
  }),
  z.object({
    kind: z.literal('boolean'),
    missing,
    trainMissing,
    trueCount: z.int().min(0),
    falseCount: z.int().min(0),
  }),
  z.object({
    kind: z.literal('datetime'),
    missing,
    trainMissing,
    min: z.string().nullable(),
    max: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('text'),
    missing,
    trainMissing,
    texts: z.int().min(0).describe('training rows with a text'),
    documents: z.array(z.int().min(0)).describe('training rows with a word in each bucket of a hash'),
  }),
]);
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

/** The types of columns that can be model inputs: DOUBLE, VARCHAR (categories and texts), BOOLEAN and TIMESTAMP (UTC) in the clean rows. */
export type FeatureType = ColumnProfile['kind'];

/** How a clean column is stored. A text that is no model input has no profile. */
export type CleanKind = FeatureType;

const sideSchema = z.object({
  rows: z.int().min(0),
  classes: z.array(z.int().min(0)).describe('rows by class in the order of their numbers; empty for regression'),
  label: momentsSchema,
});
export type SideProfile = z.infer<typeof sideSchema>;

/** What a shard, or a whole drop, holds: mergeable, and free of any single row's values beyond range ends and categories. */
export const profileSchema = z.object({
  rows: z.int().min(0).describe('raw rows, malformed ones included'),
  malformed: z.object({
    rows: z.int().min(0),
    reasons: z.array(z.object({ column: z.string().nullable(), reason: z.string(), count: z.int().min(1) })),
  }),
  deduplicated: z.int().min(0).optional().describe('rows that are left out because others are the same'),
  inGaps: z
    .int()
    .min(0)
    .optional()
    .describe(
      'of a whole drop: rows between two sides of a split by time; raw rows are used, malformed, deduplicated, in gaps or seen before',
    ),
  seenBefore: z
    .int()
    .min(0)
    .optional()
    .describe(
      'of a whole drop: test rows that are not used, since a run that the training goes on from was trained on them',
    ),
  absent: z
    .array(z.string())
    .optional()
    .describe('columns of the pipeline that no object has; only of JSON lines, whose objects may lack keys'),
  blankFiles: z.array(z.int().min(0)).optional().describe('positions in the drop (from 0) of the files without rows'),
  future: z
    .array(z.object({ column: z.string(), rows: z.int().min(1) }))
    .optional()
    .describe("columns with times later than the drop's arrival, which do not declare them, and their rows"),
  sides: z.object({ train: sideSchema, validation: sideSchema, test: sideSchema }),
  columns: z.record(z.string(), columnProfileSchema),
  onlyNegative: z
    .string()
    .nullable()
    .optional()
    .describe(
      'the only label that counts as 0, where the pipeline names only the positive ones; null when there are several',
    ),
  constraints: z.array(constraintResultSchema).optional().describe('of a whole drop: how it did on each constraint'),
});
export type Profile = z.infer<typeof profileSchema>;
