import * as z from 'zod';

/** One golden request: a CSV row of model inputs and the answer it must get. */
export const goldenCaseSchema = z
  .object({
    body: z.string().min(1).describe('one CSV row of model inputs, without a line end'),
    predictions: z.array(z.number()).min(1).describe('what the model answered when it was evaluated'),
  })
  .strict();

/** Golden requests with the answers they must get: `golden.json` of a run. */
export const goldenSchema = z
  .object({
    valuesPerRow: z.int().min(1).describe('numbers the model answers a row: classes of softprob, else 1'),
    cases: z.array(goldenCaseSchema).min(1).max(1000),
  })
  .refine((g) => g.cases.every((c) => c.predictions.length === g.valuesPerRow), {
    message: 'every case has valuesPerRow predictions',
    path: ['cases'],
  });
export type Golden = z.output<typeof goldenSchema>;
