import * as z from 'zod';
import { sliceGroupsSchema } from './golden.ts';

/** For whom a model is worse, as part of `evaluation.json`. Every number is finite. */

const finite = z.number();
const count = z.int().min(0);

/** A metric of the rows of one group. */
export const sliceEstimateSchema = z.object({
  value: finite,
  low: finite.describe('95 % interval'),
  high: finite,
  interval: z.enum(['wilson', 'none']).optional(),
  error: finite.optional().describe("standard error on the scale of the metric's range: `domain/statistics/scale.ts`"),
});
export type SliceEstimate = z.output<typeof sliceEstimateSchema>;

const differenceSchema = z.object({ difference: finite, low: finite, high: finite, error: finite });

/** A group of a slice column, or of two together. */
const groupSchema = z.object({
  column: z.string(),
  group: count.describe('its place among the groups of the column'),
});
export type SliceGroup = z.output<typeof groupSchema>;

const sliceSchema = z.object({
  of: groupSchema,
  rows: count,
  small: z.boolean().optional().describe('too few rows, or too few of a class, to be judged'),
  metrics: z.record(z.string(), sliceEstimateSchema).describe('those that the rows define; empty for a small group'),
  champion: z
    .object({
      rows: count.describe('rows of the group that the champion cannot have been trained on'),
      metrics: z.record(z.string(), sliceEstimateSchema),
      differences: z.record(z.string(), differenceSchema).describe('candidate minus champion on these rows'),
    })
    .optional(),
});
export type Slice = z.output<typeof sliceSchema>;

const foundSchema = z.object({
  of: z.array(groupSchema).min(1).max(2),
  rows: count,
  value: finite,
  low: finite,
  high: finite,
  p: z.number().min(0).max(1).describe('probability of so bad a group by chance'),
});
export type FoundSlice = z.output<typeof foundSchema>;

export const slicesSchema = z.object({
  columns: z.array(sliceGroupsSchema),
  leastRows: count,
  widest: z.number().optional(),
  metric: z.string().describe('the metric that the search goes by'),
  whole: finite.describe('the metric of all rows'),
  falseShare: z.number().describe('the false discovery rate of the search'),
  tested: count.describe('groups that the search compared with all rows'),
  untested: count.optional().describe('pairs of groups that it left out, the smallest'),
  slices: z.array(sliceSchema),
  found: z.array(foundSchema).describe('groups that are worse by more than chance, the worst first'),
});
export type Slices = z.output<typeof slicesSchema>;

/** The bias between two facets. The texts stand in the pipeline's file. */
export const fairnessRecordSchema = z.object({
  column: z.string(),
  disadvantaged: z.string(),
  advantaged: z.string(),
  favourable: z.string(),
  group: z.array(z.string()).optional(),
  rows: z.object({ advantaged: count, disadvantaged: count, neither: count }),
  metrics: z.record(z.string(), sliceEstimateSchema).describe('by the short name in SageMaker Clarify'),
  champion: z
    .object({ rows: count, metrics: z.record(z.string(), sliceEstimateSchema) })
    .optional()
    .describe('on the rows that it cannot have been trained on'),
  notMeasured: z.record(z.string(), z.string()).describe('why the others were not measured'),
});
export type FairnessRecord = z.output<typeof fairnessRecordSchema>;
