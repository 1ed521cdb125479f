import * as z from 'zod';

/** `leakage`: what to do about columns that give the outcome away. */
export const leakageSchema = z
  .object({
    action: z
      .enum(['warn', 'refuse'])
      .default('warn')
      .meta({
        description:
          'What to do about a column that gives the outcome away: name it in the report and in Slack, or refuse the drop before anything is trained.',
        examples: ['refuse'],
      }),
    allow: z
      .array(z.string().min(1))
      .default([])
      .meta({
        description: 'Columns that are known when a prediction is made, whatever the checks say.',
        examples: [['age']],
      }),
  })
  .strict()
  .meta({
    description:
      'Checks for columns that are known only after the outcome: before training, each model input alone is compared with the label. Without this section they warn. See [splits](splits.md#leakage).',
    examples: [{ action: 'refuse', allow: ['age'] }],
  });
export type LeakageSettings = z.infer<typeof leakageSchema>;
