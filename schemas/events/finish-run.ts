import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/events/caught-error';

/** What FinishRun is called with: by the run itself, or (`lost`) when it ended without its failure path. */
export const finishRunSchema = z.object({
  executionArn: z.string().min(1),
  input: z.unknown(),
  outcome: z.enum(['registered', 'rejected', 'failed', 'lost']),
  error: caughtErrorSchema.optional(),
});

/** A failed run in words, as FinishRun reports it to Notify. */
export const runFailureSchema = z.object({
  error: z.string(),
  message: z.string(),
  executionArn: z.string(),
  pipeline: z.string().optional(),
  runId: z.string().optional(),
  drop: z.string().optional(),
});
