import * as z from 'zod';
import { scoringSchema } from './batch.ts';
import { continuationSchema } from './continuation.ts';

/** `{ pipeline, runId }`: all that travels through the machines of a run. */
export const runPointerSchema = z.object({ pipeline: z.string().min(1), runId: z.string().min(1) });
export type RunPointer = Readonly<z.output<typeof runPointerSchema>>;

/** Why a run is started: a drop arrived, data drifted, or a person wants it. */
export const runReasonSchema = z.enum(['drop', 'drift', 'manual']);

/** A later drop waiting for the run under way. */
export const pendingDropSchema = z.object({
  pipeline: z.string(),
  drop: z.string(),
  reason: runReasonSchema,
  force: z.boolean(),
});
export type PendingDrop = z.output<typeof pendingDropSchema>;

/** Why a drop starts no run of its own. */
export const skipCauseSchema = z.enum([
  'trained',
  'training',
  'queued',
  'later-object',
  'not-data',
  'outcomes',
  'batch',
  'retired',
]);
export type SkipCause = z.output<typeof skipCauseSchema>;

/** What an earlier run found in the folder of a drop, compared with what is there now: numbers of objects. */
export const earlierDropSchema = z.object({
  runId: z.string(),
  unchanged: z.number(),
  replaced: z.number(),
  added: z.number(),
  removed: z.number(),
});
export type EarlierDrop = Readonly<z.output<typeof earlierDropSchema>>;

/** The drop record beside the run (`drop.json`): the data's lineage. */
export const dropRecordSchema = z.object({
  bucket: z.string(),
  prefix: z.string().describe('the name of the drop: see domain/runs/drop-name.ts'),
  datasetVersion: z.string(),
  objects: z.array(
    z.object({
      id: z.string().optional().describe('a hash of the key'),
      /** Only in records of versions of Tidegate that kept keys. */
      key: z.string().optional(),
      size: z.number(),
      etag: z.string(),
      versionId: z.string().optional(),
    }),
  ),
  bytes: z.number(),
  configHash: z.string(),
  gitCommit: z.string(),
  reason: runReasonSchema,
  startedAt: z.string(),
  executionArn: z.string(),
  /** Of a run that reads several drops (`training.data`): each of them, the oldest first, its own last. */
  drops: z
    .array(
      z.object({
        drop: z.string().describe('its name, as `prefix`'),
        arrivedAt: z.string().optional(),
        objects: z.int().min(1).describe('how many of `objects` are its own; they follow one another'),
        bytes: z.number(),
        shards: z.int().min(1),
      }),
    )
    .min(1)
    .optional(),
  /** How many other drops were left out, since they were refused. */
  refusedDrops: z.int().min(0).optional(),
  /** When an earlier run had the same folder. */
  earlier: earlierDropSchema.optional(),
  /** The last run that registered a model when this one was admitted. */
  lastGood: z.string().optional(),
  /** Of a batch: the files are scored, and nothing is trained. */
  scoring: scoringSchema.optional(),
});
export type DropRecord = z.output<typeof dropRecordSchema>;

/** The files of a drop, in the order of their names: `_tidegate/<pipeline>/<run id>.json` of the raw bucket. */
export const dropFilesSchema = z.array(z.object({ key: z.string().min(1), versionId: z.string().min(1).optional() }));

/** The algorithm in a run's pinned configuration (`config.json`). */
export const pinnedAlgorithmSchema = z.object({
  training: z.object({ algorithm: z.string() }),
  evaluation: z
    .object({
      threshold: z.union([z.number(), z.looseObject({})]).default(0.5),
      calibration: z.string().optional(),
    })
    .prefault({}),
});

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
  /** Of a pipeline with `training.incremental`: what the training went on from, or why it started anew. */
  continuation: continuationSchema.optional(),
});
export type TrainingRecord = z.output<typeof trainingRecordSchema>;
