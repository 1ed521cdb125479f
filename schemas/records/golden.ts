import * as z from 'zod';

/** A raw row: values by column name, as in a drop. */
export const rawRowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type RawRow = z.output<typeof rawRowSchema>;

const predictions = z.array(z.number()).min(1).describe('what the model answered when it was evaluated');

/** The groups of a slice column that a model is judged by: the most frequent values on its holdout, or bins. */
export const sliceGroupsSchema = z.object({
  column: z.string(),
  values: z.array(z.string()).describe('the values, or the names of the bins'),
  edges: z.array(z.number()).optional().describe('numbers in bins: where one ends and the next begins'),
  named: z.boolean().optional().describe("the values stand in the pipeline's file, so messages may show them"),
  unit: z.enum(['month', 'quarter', 'year']).optional().describe('dates by the calendar'),
});
export type SliceGroups = z.output<typeof sliceGroupsSchema>;

/** One golden request and the answer it must get: a CSV row of model inputs, or a raw row that is encoded first. */
export const goldenCaseSchema = z.union([
  z
    .object({ body: z.string().min(1).describe('one CSV row of model inputs, without a line end'), predictions })
    .strict(),
  z.object({ row: rawRowSchema.describe('one raw row: values of model inputs by column name'), predictions }).strict(),
]);
export type GoldenCase = z.output<typeof goldenCaseSchema>;

/** Golden requests with the answers they must get: `golden.json` of a run. */
export const goldenSchema = z
  .object({
    valuesPerRow: z.int().min(1).describe('numbers the model answers a row: classes of softprob, else 1'),
    cases: z.array(goldenCaseSchema).min(1).max(1000),
    performance: z
      .boolean()
      .optional()
      .describe('whether the run keeps performance.json too: a drift check may not look for a missing object'),
    slices: z
      .array(sliceGroupsSchema)
      .optional()
      .describe('the groups of the slice columns: the prediction log names a group by its place here'),
  })
  .refine((g) => g.cases.every((c) => c.predictions.length === g.valuesPerRow), {
    message: 'every case has valuesPerRow predictions',
    path: ['cases'],
  });
export type Golden = z.output<typeof goldenSchema>;
