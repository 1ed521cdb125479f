import * as z from 'zod';
import { taskSchema } from './task.ts';

const source = z.string().describe('the clean column it is computed from');
const name = z.string();

/** One model input: how it follows from a clean column. Missing (null) values reach XGBoost as missing. */
export const fittedFeatureSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    name,
    source,
    fill: z.number().nullable().describe('replaces a missing value'),
  }),
  z.object({ kind: z.literal('missing'), name, source }).describe('1 where the value is missing'),
  z
    .object({ kind: z.literal('equals'), name, source, category: z.string(), orMissing: z.boolean() })
    .describe('1 where the value is the category (or missing, if that was fitted as this category)'),
  z
    .object({ kind: z.literal('other'), name, source, known: z.array(z.string()) })
    .describe('1 where the value is none of the known categories'),
  z
    .object({ kind: z.literal('ordinal'), name, source, order: z.array(z.string()), fill: z.int().min(0).nullable() })
    .describe('position of the category; missing for an unknown one'),
  z.object({ kind: z.literal('boolean'), name, source, fill: z.union([z.literal(0), z.literal(1)]).nullable() }),
  z.object({
    kind: z.literal('datetime'),
    name,
    source,
    part: z.enum(['hour', 'dayOfWeek', 'dayOfMonth', 'month', 'year', 'epochDays']),
  }),
]);
export type FittedFeature = z.infer<typeof fittedFeatureSchema>;

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
  }),
  features: z.array(fittedFeatureSchema).min(1).describe('the model inputs in the order of the CSV columns'),
  dropped: z.array(z.object({ column: z.string(), reason: z.string() })).describe('columns that carry no information'),
  slices: z.array(z.string()).describe('columns the evaluation groups by'),
  sides: z.object({ train: sideCounts, validation: sideCounts, test: sideCounts }),
  parts: z
    .object({ train: z.array(z.int().min(0)), validation: z.array(z.int().min(0)) })
    .describe('how many objects each shard writes to each channel'),
});
export type FittedTransform = z.infer<typeof fittedTransformSchema>;
