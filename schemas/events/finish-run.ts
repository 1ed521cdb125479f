import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/records/caught-error';

/** What FinishRun is called with: by the run itself, or (`lost`) when it ended without its failure path. */
export const finishRunSchema = z.object({
  executionArn: z.string().min(1),
  input: z.unknown(),
  outcome: z.enum(['registered', 'rejected', 'failed', 'lost']),
  error: caughtErrorSchema.optional(),
});
