import * as z from 'zod';

/** `{ pipeline, runId }`: all that travels through the machines of a run. */
export const runPointerSchema = z.object({ pipeline: z.string().min(1), runId: z.string().min(1) });
export type RunPointer = Readonly<z.output<typeof runPointerSchema>>;

/** The part of EventBridge's `Object Created` event that a retrain needs (aws-facts: EventBridge). */
const objectCreatedSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string().min(1), sequencer: z.string().optional() }),
  }),
});

/** A retrain asked for by hand, by a drift check or by an earlier run's end. */
const requestedSchema = z.object({
  pipeline: z.string().min(1),
  drop: z.string().min(1).optional().describe('the drop folder; the newest drop of the pipeline when absent'),
  reason: z.enum(['drop', 'drift', 'manual']).default('manual'),
  force: z.boolean().default(false).describe('train even though this data set was trained before'),
});
export const retrainInputSchema = z.union([objectCreatedSchema, requestedSchema]);
export type RetrainInput = z.output<typeof retrainInputSchema>;

/** What AdmitDrop is called with. */
export const admitDropSchema = z.object({
  input: retrainInputSchema,
  execution: z.object({ arn: z.string().min(1), startedAt: z.iso.datetime() }),
  settled: z.boolean().default(false),
});

/** A later drop waiting for the run under way. */
export const pendingDropSchema = z.object({
  pipeline: z.string(),
  drop: z.string(),
  reason: z.enum(['drop', 'drift', 'manual']),
  force: z.boolean(),
});
export type PendingDrop = z.output<typeof pendingDropSchema>;

/** The drop record beside the run (`drop.json`): the data's lineage. */
export const dropRecordSchema = z.object({
  bucket: z.string(),
  prefix: z.string(),
  datasetVersion: z.string(),
  objects: z.array(z.object({ key: z.string(), size: z.number(), etag: z.string(), versionId: z.string().optional() })),
  bytes: z.number(),
  configHash: z.string(),
  gitCommit: z.string(),
  reason: z.enum(['drop', 'drift', 'manual']),
  startedAt: z.string(),
  executionArn: z.string(),
});
export type DropRecord = z.output<typeof dropRecordSchema>;

/** Champion of a pipeline: what its endpoint serves. */
export const championSchema = z.object({
  runId: z.string(),
  modelPackageArn: z.string(),
  modelPackageVersion: z.number(),
  modelName: z.string(),
  endpointName: z.string(),
  endpointConfigName: z.string(),
  promotedAt: z.string(),
});
export type Champion = z.output<typeof championSchema>;

/** A training job of a tuning, by the name SageMaker gave it. */
const trialSchema = z.object({
  trainingJob: z.string(),
  status: z.string(),
  /** The searched hyperparameters alone. */
  hyperparameters: z.record(z.string(), z.string()),
  /** The metric on the validation shards; null when the job gave none. */
  objective: z.number().nullable(),
});
export type Trial = z.output<typeof trialSchema>;

/** How a model's hyperparameters were found. */
const tuningRecordSchema = z.object({
  tuningJob: z.string(),
  strategy: z.string(),
  metric: z.string(),
  direction: z.enum(['Maximize', 'Minimize']),
  /** In the order in which they were started. */
  trials: z.array(trialSchema),
});
export type TuningRecord = z.output<typeof tuningRecordSchema>;

/** What the model was trained with (`training.json`). */
export const trainingRecordSchema = z.object({
  hyperparameters: z.record(z.string(), z.string()),
  image: z.string(),
  /** The training job whose model it is, when that is not named as the run: the best of a tuning. */
  trainingJob: z.string().optional(),
  tuning: tuningRecordSchema.optional(),
});
export type TrainingRecord = z.output<typeof trainingRecordSchema>;

/** Error and cause as a Catch passes them on. */
export const caughtErrorSchema = z.object({ Error: z.string().optional(), Cause: z.string().optional() });

/** What FinishRun is called with: by the run itself, or (`lost`) when it ended without its failure path. */
export const finishRunSchema = z.object({
  executionArn: z.string().min(1),
  input: z.unknown(),
  outcome: z.enum(['registered', 'rejected', 'failed', 'lost']),
  error: caughtErrorSchema.optional(),
});

/** A failed run in words, as FinishRun tells Notify. */
export const runFailureSchema = z.object({
  error: z.string(),
  message: z.string(),
  executionArn: z.string(),
  pipeline: z.string().optional(),
  runId: z.string().optional(),
  drop: z.string().optional(),
});
