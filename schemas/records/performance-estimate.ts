import * as z from 'zod';
import { embeddingSketchSchema } from './embedding-sketch.ts';
import { sliceGroupsSchema } from './golden.ts';
import { taskSchema } from './task.ts';

/**
 * What estimating a model's performance without labels needs (`performance.json` of a run), and the estimate of a window (part of a
 * drift check).
 */

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** Holdout rows of a model, in the order of the holdout: inputs, scores and labels. */
export const performanceReferenceSchema = z
  .object({
    version: z.literal(1),
    task: taskSchema,
    classes: count.describe('number of classes; 0 for regression'),
    threshold: z.number().describe('binary: scores at or above it are positive; otherwise not used'),
    inputs: z
      .array(z.object({ at: count.describe('its place among the model inputs'), column: z.string() }))
      .describe('the model inputs that the rows are compared by'),
    leftOut: z.array(z.object({ column: z.string(), reason: z.string() })).describe('columns that are not compared'),
    rows: count,
    values: z.array(z.number().nullable()).describe('row-major, rows × inputs; null is missing'),
    scores: z.array(z.number()).describe('row-major: one per class for multiclass, else one'),
    labels: z.array(z.number()).describe('the number of the class, or the target'),
    slices: z
      .array(
        sliceGroupsSchema.extend({
          groups: z.array(z.int().min(-1)).describe('by row: its place in values, -1 for none'),
        }),
      )
      .optional()
      .describe('the slice columns; absent in runs of earlier versions'),
    embeddings: z.array(embeddingSketchSchema).optional().describe('of the same rows; absent in earlier runs'),
  })
  .refine(({ rows, inputs, values }) => values.length === rows * inputs.length, 'values must be rows × inputs')
  .refine(({ rows, labels }) => labels.length === rows, 'labels must be one per row')
  .refine(
    ({ rows, scores, task, classes }) => scores.length === rows * (task === 'multiclass' ? classes : 1),
    'scores must be one per row, or one per row and class',
  );
export type PerformanceReference = z.output<typeof performanceReferenceSchema>;

export const metricEstimateSchema = z.object({
  metric: z.string(),
  reference: z.number().describe('the metric on the holdout rows'),
  value: z.number().describe('the estimate for the window'),
  low: z.number().describe('95 % interval of what the labels would show'),
  high: z.number(),
});
export type MetricEstimate = z.output<typeof metricEstimateSchema>;

const known = {
  rows: count.describe('rows of the window that were looked at'),
  outside: share.describe('share of the rows unlike every holdout row'),
  expectedOutside: share.describe('that share among the holdout rows themselves'),
  overlap: share.describe('effective share of the holdout rows that are like the rows of the window'),
  causes: z
    .array(z.object({ column: z.string(), share }))
    .describe('columns that put rows outside, with their share of the rows, most first'),
};

/** The performance of a model in a window, as far as it can be known without labels. */
export const performanceEstimateSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('estimated'),
    ...known,
    judged: metricEstimateSchema.describe('the metric that the alarm is on'),
    metrics: z.array(metricEstimateSchema),
    alarm: z.boolean().describe('the estimate fell by more than drift.performance.maxDrop, its interval included'),
    reason: z.string(),
  }),
  z.object({ status: z.literal('outside'), ...known, alarm: z.literal(true), reason: z.string() }),
  z.object({ status: z.literal('none'), alarm: z.literal(false), reason: z.string() }),
]);
export type PerformanceEstimate = z.output<typeof performanceEstimateSchema>;
