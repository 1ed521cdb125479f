import * as z from 'zod';
import { instanceType } from '#domain/instance-type';
import { tuningSchema } from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

const hyperparameterValue = z.union([z.string(), z.number(), z.boolean()]);
/** `training`: how a model is made of the training rows. */
export const trainingSchema = z
  .object({
    algorithm: z.literal('xgboost').default('xgboost'),
    hyperparameters: z
      .record(z.string(), hyperparameterValue)
      .default({})
      .describe(
        'as the built-in XGBoost takes them; num_round, objective, eval_metric and num_class have defaults by task',
      ),
    instances: z
      .object({
        type: instanceType.default('ml.m5.xlarge'),
        count: z.int().min(1).max(20).default(1),
        volumeSizeInGB: z.int().min(1).max(16384).default(30),
        spot: z.boolean().default(false),
      })
      .strict()
      .prefault({}),
    maxRuntimeSeconds: z.int().min(60).max(432_000).default(3600),
    tuning: tuningSchema.optional(),
  })
  .strict()
  .prefault({});

export type TrainingSettings = z.infer<typeof trainingSchema>;

/** `imbalance`: what is done about classes of unequal size. */
export const imbalanceSchema = z
  .enum(['auto', 'none'])
  .default('auto')
  .describe('auto: scale_pos_weight = negatives / positives of the training rows');
export type Imbalance = z.infer<typeof imbalanceSchema>;

/** What planning a training needs of a pipeline. */
export interface TrainingSections {
  readonly name: string;
  readonly training: TrainingSettings;
  readonly imbalance: Imbalance;
  readonly evaluation: { readonly task: Task };
  readonly dataset: { readonly label: { readonly classes?: readonly unknown[] | undefined } };
}
