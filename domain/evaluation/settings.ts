import * as z from 'zod';
import { CALIBRATIONS } from '#domain/calibration/registry';
import { fairnessSchema } from '#domain/fairness/settings';
import { gateSchema } from '#domain/gates/registry';
import { THRESHOLDS, thresholdSchema } from '#domain/thresholds/registry';
import { taskSchema } from '#schemas/records/task';
import { sliceSettingsSchema } from './slice-settings.ts';

/** `evaluation`: how a model is evaluated on the holdout. */
export const evaluationSchema = z
  .object({
    task: taskSchema.meta({
      description:
        'What the model predicts: one of two classes, one of several, or a number. It decides the label settings, the metrics and the objective of the training.',
      examples: ['binary', 'multiclass', 'regression'],
    }),
    threshold: thresholdSchema.default(0.5).meta({
      description:
        'Binary tasks: a score at or above it counts as positive. A number, or a [rule](judgement.md#thresholds) by which each run chooses one on its validation rows. Accuracy, precision, recall and F1 depend on it.',
      examples: [0.3, ...THRESHOLDS.map(({ example }) => example)],
    }),
    calibration: z
      .enum(['none', ...CALIBRATIONS.map(({ name }) => name)])
      .default('none')
      .meta({
        description: `Binary tasks: how scores are turned into [probabilities](judgement.md#calibration) on the validation rows. ${CALIBRATIONS.map(({ name, summary }) => `\`${name}\`: ${summary}`).join(' ')}`,
        examples: ['platt'],
      }),
    gates: z
      .array(gateSchema)
      .min(1)
      .meta({
        description: 'What a model must reach before it can be registered. It must pass all of them.',
        examples: [[{ metric: 'auc', min: 0.75 }], [{ metric: 'rmse', max: 3 }]],
      }),
    slices: sliceSettingsSchema.prefault({}),
    fairness: z
      .array(fairnessSchema)
      .min(1)
      .max(10)
      .optional()
      .meta({
        description: 'Between whom [bias](judgement.md#fairness) is measured.',
        examples: [[{ column: 'sex', disadvantaged: ['Female'] }]],
      }),
    bootstrap: z
      .object({
        resamples: z
          .int()
          .min(100)
          .max(10_000)
          .default(1000)
          .meta({
            description:
              'How many resamples of the holdout the intervals of the metrics rest on. Large holdouts get fewer.',
            examples: [2000],
          }),
        seed: z
          .int()
          .default(42)
          .meta({ description: 'Another seed draws other resamples.', examples: [7] }),
      })
      .strict()
      .prefault({})
      .describe('How the 95 % intervals of the metrics, and the comparison with the champion, are computed.'),
  })
  .strict()
  .describe('How a model is judged on the holdout.');
export type EvaluationSettings = z.infer<typeof evaluationSchema>;
