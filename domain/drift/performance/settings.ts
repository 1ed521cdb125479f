import * as z from 'zod';

/** `drift.performance`: the estimate of the model's performance without labels, and what it alarms on. */
export const performanceSettingsSchema = z
  .object({
    decides: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Whether the estimate decides about the alarm, where there is one and its interval rules out a loss of more than `maxDrop`. `false`: it is reported, and columns that drifted alarm.',
        examples: [false],
      }),
    metric: z
      .string()
      .optional()
      .meta({
        description:
          'The metric to judge. By default that of the first gate that can be estimated without labels, else `auc`, `accuracy` or `mae` by task.',
        examples: ['accuracy'],
      }),
    maxDrop: z
      .number()
      .min(0)
      .lt(1)
      .default(0.05)
      .meta({
        description:
          'How much worse the estimate may be, as a share of the metric on the holdout. There is an alarm only when the whole 95 % interval is worse than the holdout too.',
        examples: [0.1],
      }),
    maxOutside: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .meta({
        description:
          'The share of rows unlike every holdout row above which there is no estimate but an alarm. A smaller share widens the interval.',
        examples: [0.1],
      }),
    minOverlap: z
      .number()
      .min(0)
      .max(1)
      .default(0.25)
      .meta({
        description:
          'The effective share of holdout rows like those of the window below which there is no estimate but an alarm.',
        examples: [0.2],
      }),
  })
  .strict()
  .meta({
    description: "How the model's performance is estimated while there are no labels, and when the estimate alarms.",
    examples: [{ metric: 'accuracy', maxDrop: 0.1 }],
  });
export type PerformanceSettings = z.output<typeof performanceSettingsSchema>;
