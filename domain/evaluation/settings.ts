import * as z from 'zod';
import { gateSchema } from '#domain/gates/registry';
import { taskSchema } from '#schemas/records/task';

/** `evaluation`: how a model is judged on the holdout. */
export const evaluationSchema = z
  .object({
    task: taskSchema,
    threshold: z.number().gt(0).lt(1).default(0.5).describe('binary: scores at or above it count as positive'),
    gates: z.array(gateSchema).min(1),
    bootstrap: z
      .object({ resamples: z.int().min(100).max(10_000).default(1000), seed: z.int().default(42) })
      .strict()
      .prefault({}),
  })
  .strict();
export type EvaluationSettings = z.infer<typeof evaluationSchema>;
