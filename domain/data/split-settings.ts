import * as z from 'zod';
import { namedColumn } from '#domain/data/column-schema';
import { SPLIT_STRATEGIES, type SplitStrategyName } from '#domain/splits/registry';

const names = SPLIT_STRATEGIES.map(({ name }) => name) as [SplitStrategyName, ...SplitStrategyName[]];

/** `split`: the training, validation and test rows. */
export const splitSchema = z
  .object({
    strategy: z
      .enum(names)
      .default('stratified')
      .meta({
        description: `How rows are divided. ${SPLIT_STRATEGIES.map(({ name, summary }) => `\`${name}\`: ${summary}`).join(' ')} See [splits](splits.md).`,
        examples: names,
      }),
    train: z.number().gt(0).lt(1).default(0.7).describe('The share of the rows that train the model.'),
    validation: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.15)
      .describe('The share of the rows that stop a training early and choose between trainings.'),
    test: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.15)
      .describe('The share of the rows that judge the model, the holdout. Training never sees them.'),
    groupBy: z
      .union([z.enum(['id', 'duplicates']), z.object({ column: namedColumn }).strict()])
      .optional()
      .meta({
        description:
          'What `stratified` keeps together on one side: the same id, the same values in all model inputs, or the same value in a column. Without it: `id` where `dataset.id` is set, else `duplicates`. It cannot be combined with `time`.',
        examples: ['id', 'duplicates', { column: 'household' }],
      }),
    gap: z
      .string()
      .regex(/^\d+([hd]| rows)$/, 'hours, days or rows, as 24h, 7d or 100 rows')
      .optional()
      .meta({
        description:
          'With `time`: how far apart two sides are, in hours, days or rows. The rows between them are left out and counted.',
        examples: ['7d', '100 rows'],
      }),
    seed: z
      .string()
      .default('tidegate')
      .meta({
        description: 'Another seed divides the rows another way. A champion with another seed cannot be compared.',
        examples: ['churn-2'],
      }),
  })
  .strict()
  .refine((s) => Math.abs(s.train + s.validation + s.test - 1) < 1e-9, 'train + validation + test must be 1')
  .meta({
    description:
      'Which rows train the model, which stop its training early, and which judge it. The three shares add up to 1.',
    examples: [{ train: 0.8, validation: 0.1, test: 0.1 }],
  });
export type SplitSettings = z.infer<typeof splitSchema>;
