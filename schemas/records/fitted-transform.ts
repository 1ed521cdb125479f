import * as z from 'zod';
import { taskSchema } from './task.ts';

/**
 * One model input: how it follows from a clean column. What else it holds goes with its kind; the encodings in `domain/encodings/`
 * read it. Missing (null) values reach the model as missing.
 */
export const fittedFeatureSchema = z.looseObject({
  kind: z.string(),
  name: z.string(),
  source: z.string().describe('the clean column it is computed from'),
  other: z.string().optional().describe('the second clean column, of an interaction'),
});
export type FittedFeature = z.infer<typeof fittedFeatureSchema>;

/** A column that seems to give the label away. */
const leakageFindingSchema = z.object({
  column: z.string(),
  check: z.string().describe('name of the check: `domain/leakage`'),
  reason: z.string(),
});
export type LeakageFinding = z.infer<typeof leakageFindingSchema>;

/** What was done about classes of unequal size, on the training rows alone. */
const balanceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('weights'), weights: z.array(z.number().positive()).describe('of a row, by class') }),
  z.object({
    kind: z.literal('undersampled'),
    majority: z.union([z.literal(0), z.literal(1)]).describe('the number of the class of which rows were left out'),
    keptShare: z.number().gt(0).lt(1).describe('the share of its training rows that were kept'),
  }),
]);
export type Balance = z.infer<typeof balanceSchema>;

const sideCounts = z.object({ rows: z.int().min(0), classes: z.array(z.int().min(0)) });

/** What a run learnt from its training rows, and all that is needed to turn a clean row into model inputs. */
export const fittedTransformSchema = z.object({
  version: z.literal(1),
  pipeline: z.string(),
  runId: z.string(),
  task: taskSchema,
  label: z.object({
    column: z.string(),
    classes: z.array(z.string()).describe('names of the classes in the order of their numbers; empty for regression'),
    classCounts: z.array(z.int().min(0)).describe('training rows by class; empty for regression'),
    onlyNegative: z
      .string()
      .optional()
      .describe('the only label in the data that counts as 0, where the pipeline names only the positive ones'),
  }),
  balance: balanceSchema.optional().describe('absent where the training rows are taken as they are'),
  features: z.array(fittedFeatureSchema).min(1).describe('the model inputs in the order of the CSV columns'),
  dropped: z.array(z.object({ column: z.string(), reason: z.string() })).describe('columns that carry no information'),
  slices: z.array(z.string()).describe('columns the evaluation groups by'),
  sides: z.object({ train: sideCounts, validation: sideCounts, test: sideCounts }),
  leftOut: z
    .int()
    .min(0)
    .optional()
    .describe('rows in the gaps between the sides; absent in runs of versions without sides.json'),
  leakage: z
    .array(leakageFindingSchema)
    .optional()
    .describe('columns that seem to give the label away; absent in runs of versions that did not look'),
  parts: z
    .object({ train: z.array(z.int().min(0)), validation: z.array(z.int().min(0)) })
    .describe('how many objects each shard writes to each channel'),
});
export type FittedTransform = z.infer<typeof fittedTransformSchema>;
