import * as z from 'zod';
import { gateSchema } from '#domain/gates/registry';
import { columnSchema, identifier } from './pipeline-columns.ts';
import { checkPipeline } from './pipeline-rules.ts';
import { tuningSchema } from './pipeline-tuning.ts';

/**
 * The pipeline definition: one YAML file below `pipelines/`, validated here.
 * JSON Schema for editors is generated from this file (`npm run schemas`), never written by hand.
 */

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const labelSchema = z
  .object({
    column: identifier,
    positive: z
      .union([scalar, z.array(scalar).min(1), z.object({ above: z.number() }).strict()])
      .optional()
      .describe('binary: the value or values that count as 1, or { above: n } on a numeric column'),
    negative: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .describe(
        'binary: the value or values that count as 0; every other one is then malformed (default: whatever is not positive)',
      ),
    classes: z.array(scalar).min(3).optional().describe('multiclass: the classes in the order the model numbers them'),
  })
  .strict();

const datasetSchema = z
  .object({
    format: z.enum(['csv', 'jsonl', 'parquet']),
    csv: z
      .object({
        delimiter: z.string().length(1).default(','),
        header: z
          .boolean()
          .default(true)
          .describe('false: the columns stand in the order of this file, label included where labelPosition says'),
        names: z.array(identifier).min(1).optional().describe('header false: the names of all columns in file order'),
        quote: z.string().length(1).default('"'),
        nullValues: z.array(z.string()).default(['']),
        trim: z.boolean().default(false).describe('strip blanks around every value'),
      })
      .strict()
      .prefault({}),
    trigger: z
      .union([
        z.object({ marker: z.string().min(1) }).strict(),
        z.object({ eachObject: z.literal(true), quietPeriodSeconds: z.int().min(0).max(3600).default(60) }).strict(),
      ])
      .default({ marker: '_SUCCESS' }),
    label: labelSchema,
    id: identifier
      .optional()
      .describe('the column that identifies a row; it decides the side of the split and is tokenized'),
    time: identifier.optional(),
    columns: z.record(identifier, columnSchema).refine((c) => Object.keys(c).length > 0, 'at least one column'),
    extraColumns: z
      .enum(['reject', 'ignore'])
      .default('reject')
      .describe('what to do with columns this file does not name'),
    maxMalformedFraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('more malformed rows than this refuse the drop'),
    minRows: z.int().min(1).default(100),
  })
  .strict();

export type Dataset = z.infer<typeof datasetSchema>;

const splitSchema = z
  .object({
    strategy: z.literal('stratified').default('stratified'),
    train: z.number().gt(0).lt(1).default(0.7),
    validation: z.number().gt(0).lt(1).default(0.15),
    test: z.number().gt(0).lt(1).default(0.15),
    groupBy: z
      .union([z.enum(['id', 'duplicates']), z.object({ column: identifier }).strict()])
      .optional()
      .describe('what keeps rows on one side; the id column when there is one, else duplicate rows'),
    seed: z.string().default('tidegate'),
  })
  .strict()
  .refine((s) => Math.abs(s.train + s.validation + s.test - 1) < 1e-9, 'train + validation + test must be 1');

const hyperparameterValue = z.union([z.string(), z.number(), z.boolean()]);
const trainingSchema = z
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
        type: z
          .string()
          .regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/)
          .default('ml.m5.xlarge'),
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

const evaluationSchema = z
  .object({
    task: z.enum(['binary', 'multiclass', 'regression']),
    threshold: z.number().gt(0).lt(1).default(0.5).describe('binary: scores at or above it count as positive'),
    gates: z.array(gateSchema).min(1),
    bootstrap: z
      .object({ resamples: z.int().min(100).max(10_000).default(1000), seed: z.int().default(42) })
      .strict()
      .prefault({}),
  })
  .strict();

export type EvaluationSettings = z.infer<typeof evaluationSchema>;

const scheduleSchema = z
  .string()
  .regex(
    /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(.+\))$/,
    'rate(1 day), rate(12 hours) or cron(0 6 * * ? *)',
  );

const driftSchema = z
  .object({
    schedule: scheduleSchema,
    source: z.enum(['captures', 'newest-drop']).default('captures'),
    window: z
      .string()
      .regex(/^\d+[hd]$/, 'hours or days, as 24h or 7d')
      .default('7d'),
    minRows: z.int().min(1).default(200).describe('a smaller window is reported as too small, not judged'),
    psi: z.number().positive().default(0.2),
    ks: z.number().positive().max(1).default(0.1),
    action: z.enum(['alert', 'retrain']).default('alert'),
  })
  .strict();

/** One pipeline, as written in its YAML file and pinned beside each run. */
export const pipelineSchema = z
  .object({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/, '3 to 22 lower-case letters, digits and hyphens, a letter first'),
    description: z.string().max(500).optional(),
    dataset: datasetSchema,
    split: splitSchema.prefault({}),
    imbalance: z
      .enum(['auto', 'none'])
      .default('auto')
      .describe('auto: scale_pos_weight = negatives / positives of the training rows'),
    training: trainingSchema,
    evaluation: evaluationSchema,
    registry: z
      .object({ approval: z.enum(['auto', 'manual']).default('manual') })
      .strict()
      .prefault({}),
    deployment: z
      .object({
        instances: z
          .object({
            type: z
              .string()
              .regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/)
              .default('ml.m5.large'),
            count: z.int().min(1).max(20).default(1),
          })
          .strict()
          .prefault({}),
        capturePercentage: z.int().min(0).max(100).default(100),
        maxWaitMinutes: z.int().min(5).max(480).default(60),
      })
      .strict()
      .prefault({}),
    drift: driftSchema.optional(),
    notify: z
      .object({
        slack: z
          .string()
          .regex(/^#[a-z0-9_-]{1,79}$/, 'a channel, as #ml-loans')
          .optional(),
      })
      .strict()
      .prefault({}),
  })
  .strict()
  .superRefine(checkPipeline);
export type Pipeline = z.infer<typeof pipelineSchema>;
