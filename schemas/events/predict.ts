import * as z from 'zod';

/** What Predict is called with: raw rows as a drop would hold them; personal columns may be left out and are not looked at. */
export const predictRequestSchema = z.object({
  pipeline: z.string().min(1),
  rows: z.array(z.record(z.string(), z.unknown())).min(1).max(1000),
});

/** What Predict answers, row by row. */
export const predictResponseSchema = z.object({
  pipeline: z.string(),
  model: z.object({ version: z.number(), runId: z.string(), modelPackageArn: z.string() }),
  endpoint: z.string(),
  predictions: z.array(
    z.union([
      z.object({ score: z.number(), label: z.string() }).describe('binary: probability of the positive class'),
      z.object({ label: z.string(), probabilities: z.record(z.string(), z.number()) }).describe('multiclass'),
      z.object({ value: z.number() }).describe('regression'),
    ]),
  ),
});
export type PredictResponse = z.output<typeof predictResponseSchema>;
