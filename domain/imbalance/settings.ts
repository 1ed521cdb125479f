import * as z from 'zod';

/** `imbalance`: how class imbalance is handled. */
export const imbalanceSchema = z
  .union([
    z.enum(['auto', 'none']),
    z.strictObject({
      weights: z
        .literal('balanced')
        .describe('Training rows count by a weight, so that each class has the same weight in sum.'),
    }),
    z.strictObject({
      undersample: z
        .number()
        .min(1)
        .max(1000)
        .describe(
          'How many training rows of the larger class are kept for each row of the smaller one. Scores are recalibrated to the classes as they are in all rows.',
        ),
    }),
  ])
  .default('auto')
  .meta({
    description:
      'What to do about classes of unequal size, on the training rows alone. `auto` sets `scale_pos_weight` of a binary task to negatives / positives, and does nothing for other tasks. `none` leaves the rows as they are. `weights` weights the rows of each class, also of several. `undersample` leaves out rows of the larger class of a binary task, and recalibrates the scores. With `none` and `undersample` scores are probabilities.',
    examples: ['none', { weights: 'balanced' }, { undersample: 3 }],
  });
export type Imbalance = z.infer<typeof imbalanceSchema>;
