import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/records/caught-error';
import { runPointerSchema } from '#schemas/records/run';

const executionSchema = z.object({ arn: z.string().min(1), startedAt: z.iso.datetime({ offset: true }) });

/** AdmitBatch's input: an object of the raw bucket below `<pipeline>/batch/`, and the execution that scores its batch. */
export const admitBatchSchema = z.object({
  key: z.string().min(1),
  execution: executionSchema,
  /** Whether the quiet period is over. */
  settled: z.boolean(),
});
export type AdmitBatchEvent = z.output<typeof admitBatchSchema>;

/** JoinScores' input: shards 0 to `shards` - 1 were scored. */
export const joinScoresSchema = z.object({ run: runPointerSchema, shards: z.int().min(1) });
export type JoinScoresEvent = z.output<typeof joinScoresSchema>;

/** FinishBatch's input: a batch that failed. */
export const finishBatchSchema = z.object({
  key: z.string().min(1),
  execution: executionSchema,
  error: caughtErrorSchema,
});
export type FinishBatchEvent = z.output<typeof finishBatchSchema>;

/** What the batch-score machine ends with. */
export const scoredBatchSchema = z.discriminatedUnion('decision', [
  z.object({
    decision: z.literal('skipped'),
    pipeline: z.string(),
    cause: z.enum(['not-data', 'later-object', 'retired', 'scored', 'scoring']).describe('why, as a word for programs'),
    reason: z.string(),
    batchId: z.string().optional().describe('the batch that has these files'),
  }),
  z.object({ decision: z.literal('scored'), pipeline: z.string(), batchId: z.string() }),
]);
export type ScoredBatch = z.output<typeof scoredBatchSchema>;
