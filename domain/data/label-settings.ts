import * as z from 'zod';
import { identifier } from '#domain/data/column-schema';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** `dataset.label`: the column to predict and how its values become classes. */
export const labelSchema = z
  .object({
    column: identifier.meta({
      description: 'The column to predict. It is not listed under `columns`.',
      examples: ['churned'],
    }),
    positive: z
      .union([scalar, z.array(scalar).min(1), z.object({ above: z.number() }).strict()])
      .optional()
      .meta({
        description:
          'Binary tasks, which need it: the value or values that count as 1. For a column of numbers, `{ above: 15 }` counts all numbers above 15.',
        examples: ['yes', ['cancelled', 'expired'], { above: 15 }],
      }),
    negative: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .meta({
        description:
          'Binary tasks: the value or values that count as 0. Rows with any other label are malformed. Without it, all labels that are not positive count as 0. It cannot be combined with `positive: { above: … }`.',
        examples: ['no', ['active', 'paused']],
      }),
    classes: z
      .array(scalar)
      .min(3)
      .optional()
      .meta({
        description:
          'Multiclass tasks, which need it: all classes. The order gives the number of each class, from 0. Rows with another label are malformed.',
        examples: [['basic', 'plus', 'family']],
      }),
  })
  .strict()
  .meta({
    description: 'What the model predicts. A regression task needs only `column`.',
    examples: [
      { column: 'churned', positive: 1 },
      { column: 'plan', classes: ['basic', 'plus', 'family'] },
      { column: 'months' },
    ],
  });
