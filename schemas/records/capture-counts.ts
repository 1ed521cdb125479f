import * as z from 'zod';

/** Captured requests, counted by the hour: what drift checks merge instead of reading captures again. */

const count = z.int().min(0);
const countsSchema = z.object({
  counts: z.array(count).describe('by the bins of the baseline, in its order'),
  missing: count,
});

/** What a batch of capture objects holds of one hour, counted in the bins of the champion's baseline. Sketches add up. */
export const captureSketchSchema = z.object({
  version: z.literal(1),
  rows: count,
  captures: count.describe('requests that the rows came in'),
  columns: z.array(countsSchema).describe('in the order of the baseline'),
  score: countsSchema.optional(),
  unread: z
    .object({
      unusable: count.describe('captures that are whole and not of this model: other inputs, a failed answer'),
      damaged: count.describe('captures that are cut or damaged'),
      objects: count.describe('objects with damaged captures'),
      named: z.array(z.string()).describe('the first 20 of them'),
    })
    .describe('what is in objects of this hour and could not be counted'),
});
export type CaptureSketch = Readonly<z.output<typeof captureSketchSchema>>;

/** A sample of the rows of a sketch, for the estimate of the performance. */
export const capturedSampleSchema = z.object({
  version: z.literal(1),
  below: z.number().describe('the sample has all rows whose priority is below this'),
  rows: count,
  numbers: z
    .string()
    .describe('64-bit floats, little-endian, in base64: for each row its priority, the model inputs and the scores'),
});
export type CapturedSample = Readonly<z.output<typeof capturedSampleSchema>>;

/** A batch of objects that one function counts: an item of the Distributed Map. */
export const captureBatchSchema = z.object({
  index: count,
  objects: z.array(z.string()).describe('names below the captures of the endpoint, yyyy/mm/dd/hh/<file>'),
  merges: z
    .array(
      z.object({
        hour: z.string(),
        sketches: z.array(z.object({ hour: z.string(), count, batch: z.union([count, z.literal('merged')]) })),
      }),
    )
    .optional()
    .describe('sketches of earlier counts that become one for their hour'),
});
export type CaptureBatch = Readonly<z.output<typeof captureBatchSchema>>;

/** Which objects were counted, as far back as one may arrive late. */
export const captureLedgerSchema = z.object({
  newest: z.string().optional().describe('the newest hour that an object was counted of'),
  hours: z.record(z.string(), z.array(z.string())).describe('the files of each hour'),
});
export type CaptureLedger = Readonly<z.output<typeof captureLedgerSchema>>;

/** What was counted for a check: the sketches below `prefix` of all counts up to `count`. */
export const countedCapturesSchema = z.object({
  runId: z.string().describe('the model in service'),
  promotedAt: z.string(),
  prefix: z.string(),
  count,
  since: z.iso.datetime().describe('the first instant that is counted'),
});
export type CountedCaptures = Readonly<z.output<typeof countedCapturesSchema>>;

/** What the batches of a count are counted against, and by whom it was planned. */
const plannedCountSchema = z.object({
  count,
  planKey: z.string(),
  ledgerKey: z.string(),
  newest: z.string().optional(),
  batches: count,
  more: z.boolean(),
  by: z.string().describe('the check that planned it'),
  at: z.iso.datetime(),
});

/** How far the captures of the model in service are counted (state table, `capture-count`). */
export const captureCountSchema = countedCapturesSchema.extend({
  newest: z.string().optional().describe('the newest hour that an object was counted of'),
  ledgerKey: z.string().optional(),
  pending: plannedCountSchema.nullable().describe('planned and not known to be done; any check does it'),
  last: z
    .object({ by: z.string(), more: z.boolean() })
    .nullable()
    .describe('who planned the last count that is done, and whether it left something'),
  revision: z.int().min(1).describe('grows with each write: two checks cannot write over each other'),
});
export type CaptureCount = Readonly<z.output<typeof captureCountSchema>>;
