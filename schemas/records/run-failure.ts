import * as z from 'zod';

/** A failed run in words, as FinishRun reports it to Notify. */
export const runFailureSchema = z.object({
  error: z.string(),
  message: z.string(),
  executionArn: z.string(),
  pipeline: z.string().optional(),
  runId: z.string().optional(),
  drop: z.string().optional(),
});
