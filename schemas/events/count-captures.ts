import * as z from 'zod';
import { captureBatchSchema, countedCapturesSchema } from '#schemas/records/capture-counts';
import { runPointerSchema } from '#schemas/records/run';

/** What `ListCaptures` receives: which check counts, and the plan that it has just done. */
export const listCapturesSchema = z.object({
  pipeline: z.string().min(1),
  checkedAt: z.iso.datetime(),
  by: z.string().min(1).describe('the execution of the check'),
  done: z.string().nullable().describe('the key of the plan whose batches are all counted'),
});
export type ListCaptures = Readonly<z.output<typeof listCapturesSchema>>;

/** What every batch of a plan is counted by. */
export const countingSchema = z.object({
  run: runPointerSchema,
  endpoint: z.string(),
  prefix: z.string(),
  count: z.int().min(1),
  since: z.iso.datetime(),
});
export type Counting = Readonly<z.output<typeof countingSchema>>;

/** What `ListCaptures` answers: what is counted, and what is to be counted before a check may measure. */
export const listedCapturesSchema = z.object({
  counted: countedCapturesSchema.nullable().describe('null where the check reads no captures'),
  batches: z.int().min(0).describe('0: all is counted'),
  planKey: z.string().nullable(),
  counting: countingSchema.nullable(),
});
export type ListedCaptures = Readonly<z.output<typeof listedCapturesSchema>>;

/** What `CountCaptures` receives. */
export const countCapturesSchema = z.object({ counting: countingSchema, batch: captureBatchSchema });
export type CountCaptures = Readonly<z.output<typeof countCapturesSchema>>;
