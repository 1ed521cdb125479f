import * as z from 'zod';

/** `evaluation.slices`: how a model is measured by group. */
export const sliceSettingsSchema = z
  .strictObject({
    leastRows: z
      .int()
      .min(10)
      .max(100_000)
      .default(50)
      .meta({
        description:
          'A group with fewer rows of the holdout, or with fewer than five of a class, is small: it is counted and not judged.',
        examples: [100],
      }),
    widest: z
      .number()
      .positive()
      .optional()
      .meta({
        description:
          'A group whose 95 % interval of the metric is wider than this, in units of the metric, is not judged by gates either.',
        examples: [0.2],
      }),
    pairs: z
      .boolean()
      .default(true)
      .meta({
        description: 'Whether the search for the worst group looks at groups of two columns together, too.',
        examples: [false],
      }),
    falseShare: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.05)
      .meta({
        description:
          'Of the groups that the search names, the share that may be there by chance (false discovery rate, Benjamini and Hochberg).',
        examples: [0.1],
      }),
  })
  .describe('How the model is measured for the groups of the columns with the role `slice`.');
export type SliceSettings = z.output<typeof sliceSettingsSchema>;
