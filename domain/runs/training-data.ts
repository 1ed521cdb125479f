import * as z from 'zod';

/** `training.data`: which drops a training reads. */
export const trainingDataSchema = z
  .union([
    z.enum(['newest', 'accumulate']),
    z.strictObject({
      history: z
        .string()
        .regex(/^[1-9]\d*[hd]$/, 'hours or days, as 24h or 90d')
        .describe('How long before the drop of the run another drop may have arrived.'),
    }),
  ])
  .meta({
    description:
      'Which drops a training reads: the one that started it (`newest`, without the setting), with it all that arrived in a time before it (`history`), or all that arrived before it (`accumulate`). A row that is in several of them, by its `dataset.id`, counts once, as the newest drop has it. Drops that were refused are left out.',
    examples: ['accumulate', { history: '90d' }],
  });
export type TrainingData = z.output<typeof trainingDataSchema>;
