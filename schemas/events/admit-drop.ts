import * as z from 'zod';
import { runReasonSchema } from '#schemas/records/run';

/** The part of EventBridge's `Object Created` event that a retrain needs (EventBridge User Guide, "Amazon S3 events"). */
const objectCreatedSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string().min(1), sequencer: z.string().optional() }),
  }),
});

/** A retrain requested by hand, by a drift check or by the end of an earlier run. */
const requestedSchema = z.object({
  pipeline: z.string().min(1),
  drop: z.string().min(1).optional().describe('the drop folder; the newest drop of the pipeline when absent'),
  reason: runReasonSchema.default('manual'),
  force: z.boolean().default(false).describe('train even though this data set was trained before'),
});
export const retrainInputSchema = z.union([objectCreatedSchema, requestedSchema]);
export type RetrainInput = z.output<typeof retrainInputSchema>;

/** What AdmitDrop is called with. */
export const admitDropSchema = z.object({
  input: retrainInputSchema,
  execution: z.object({ arn: z.string().min(1), startedAt: z.iso.datetime() }),
  settled: z.boolean().default(false),
});
