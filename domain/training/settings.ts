import * as z from 'zod';
import { instanceType } from '#domain/instance-type';
import { tuningSchema } from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

const hyperparameterValue = z.union([z.string(), z.number(), z.boolean()]);
/** `training`: how a model is made of the training rows. */
export const trainingSchema = z
  .object({
    algorithm: z
      .literal('xgboost')
      .default('xgboost')
      .meta({ description: 'The training algorithm.', examples: ['xgboost'] }),
    hyperparameters: z
      .record(z.string(), hyperparameterValue)
      .default({})
      .meta({
        description:
          'Hyperparameters of the built-in XGBoost by their names. `num_round`, `objective`, `eval_metric` and `num_class` have defaults by task.',
        examples: [{ num_round: 300, early_stopping_rounds: 20, eta: 0.1, max_depth: 5 }],
      }),
    instances: z
      .object({
        type: instanceType.default('ml.m5.xlarge').meta({
          description: 'The SageMaker instance type of a training. The holdout is scored on the same type.',
          examples: ['ml.m5.2xlarge'],
        }),
        count: z
          .int()
          .min(1)
          .max(20)
          .default(1)
          .meta({ description: 'How many instances train together. Each reads its share of the rows.', examples: [2] }),
        volumeSizeInGB: z
          .int()
          .min(1)
          .max(16384)
          .default(30)
          .meta({ description: 'Gigabytes of disk of each instance.', examples: [100] }),
        spot: z
          .boolean()
          .default(false)
          .meta({
            description:
              'Whether to use spot capacity: cheaper, but SageMaker may interrupt the training and go on later.',
            examples: [true],
          }),
      })
      .strict()
      .prefault({})
      .describe('The machines of a training.'),
    maxRuntimeSeconds: z
      .int()
      .min(60)
      .max(432_000)
      .default(3600)
      .meta({ description: 'Seconds that a training job may take before SageMaker stops it.', examples: [7200] }),
    tuning: tuningSchema.optional(),
  })
  .strict()
  .prefault({})
  .describe('How a model is made of the training rows.');

export type TrainingSettings = z.infer<typeof trainingSchema>;

/** `imbalance`: what is done about classes of unequal size. */
export const imbalanceSchema = z
  .enum(['auto', 'none'])
  .default('auto')
  .meta({
    description:
      'Binary tasks: what to do about classes of unequal size. `auto` sets `scale_pos_weight` to negatives / positives of the training rows. `none` leaves scores that are probabilities.',
    examples: ['none'],
  });
export type Imbalance = z.infer<typeof imbalanceSchema>;

/** What planning a training needs of a pipeline. */
export interface TrainingSections {
  readonly name: string;
  readonly training: TrainingSettings;
  readonly imbalance: Imbalance;
  readonly evaluation: { readonly task: Task };
  readonly dataset: { readonly label: { readonly classes?: readonly unknown[] | undefined } };
}
