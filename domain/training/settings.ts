import * as z from 'zod';
import type { Algorithm } from '#domain/algorithms/algorithm';
import type { Scalar } from '#domain/algorithms/hyperparameter';
import { ALGORITHMS, type Algorithms } from '#domain/algorithms/registry';
import type { NamedClasses } from '#domain/data/class-count';
import type { Imbalance } from '#domain/imbalance/settings';
import { instanceType } from '#domain/instance-type';
import { type TrainingData, trainingDataSchema } from '#domain/runs/training-data';
import { type Tuning, tuningSchemaOf } from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

const instancesSchema = z
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
          'Whether to use spot capacity: cheaper, but SageMaker may interrupt the training, which then starts over.',
        examples: [true],
      }),
  })
  .strict()
  .prefault({})
  .describe('The machines of a training.');

/** `training`: how a model is trained. */
export interface TrainingSettings {
  /** The name of a registered algorithm. */
  readonly algorithm: string;
  /** The pipeline's own values; the rest have defaults. */
  readonly hyperparameters: Readonly<Record<string, Scalar>>;
  readonly instances: z.output<typeof instancesSchema>;
  readonly maxRuntimeSeconds: number;
  readonly tuning?: Tuning | undefined;
  /** Which drops a training reads; the newest when absent. */
  readonly data?: TrainingData | undefined;
  /** Whether a training goes on from the champion's model. */
  readonly incremental?: boolean | undefined;
}

const incrementalSchema = z
  .boolean()
  .optional()
  .meta({
    description:
      'Whether a training goes on from the model of the champion: it adds as many rounds as the pipeline trains to those that the champion has. Where that is not possible, it trains anew, and the run says why.',
    examples: [true],
  });

/** The section for one algorithm: only its own hyperparameters. */
function sectionOf(algorithm: Algorithm, isDefault: boolean) {
  const name = z.literal(algorithm.name);
  const fixed = Object.entries(algorithm.hyperparameters).map(([key, { schema }]) => [key, schema.optional()]);
  return z.strictObject({
    algorithm: (isDefault ? name.default(algorithm.name) : name).meta({
      description: 'The training algorithm.',
      examples: [algorithm.name],
    }),
    hyperparameters: z
      .strictObject(Object.fromEntries(fixed))
      .prefault({})
      .meta({ description: algorithm.hyperparametersDescription, examples: [algorithm.example] }),
    instances: instancesSchema,
    maxRuntimeSeconds: z
      .int()
      .min(60)
      .max(432_000)
      .default(3600)
      .meta({ description: 'Seconds that a training job may take before SageMaker stops it.', examples: [7200] }),
    data: trainingDataSchema.optional(),
    ...(algorithm.continuation ? { incremental: incrementalSchema } : {}),
    ...(algorithm.tuning ? { tuning: tuningSchemaOf(algorithm, algorithm.tuning).optional() } : {}),
  });
}

/** The `training` section: one variant per algorithm, discriminated by name. The default is the first algorithm. */
export function trainingSchemaOf(algorithms: Algorithms = ALGORITHMS): z.ZodType<TrainingSettings> {
  const [first, ...rest] = algorithms;
  const schema = z.discriminatedUnion('algorithm', [
    sectionOf(first, true),
    ...rest.map((algorithm) => sectionOf(algorithm, false)),
  ]);
  return schema
    .prefault({} as z.input<typeof schema>)
    .describe('How a model is made of the training rows.') as unknown as z.ZodType<TrainingSettings>;
}

/** The pipeline sections for planning a training. */
export interface TrainingSections {
  readonly name: string;
  readonly training: TrainingSettings;
  readonly imbalance: Imbalance;
  readonly evaluation: { readonly task: Task };
  readonly dataset: { readonly label: NamedClasses };
}
