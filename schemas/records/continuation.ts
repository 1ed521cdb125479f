import * as z from 'zod';

/** Whether a training with `training.incremental` goes on from the champion's model: `continuation.json` of a run. */
export const continuationSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('continued'),
    from: z.string().describe('the run whose model it goes on from'),
    rounds: z.int().min(1).describe('how many boosting rounds that model has'),
    ancestors: z.array(z.string()).min(1).describe('that run and those that it went on from, the newest first'),
    leftOut: z.int().min(0).describe('test rows that are not used, since an ancestor was trained on them'),
  }),
  z.object({ kind: z.literal('full'), reason: z.string().describe('why the training starts anew') }),
]);
export type Continuation = z.output<typeof continuationSchema>;
