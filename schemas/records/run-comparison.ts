import * as z from 'zod';
import { differenceSchema, estimateSchema } from './evaluation.ts';
import { taskSchema } from './task.ts';

const count = z.int().min(0);

const comparedRunSchema = z.object({
  runId: z.string(),
  pipeline: z.string(),
  status: z.string(),
  passed: z.boolean().describe('whether it passed its gates'),
  modelVersion: z.int().nullable().describe('in the model registry; null for a model that was not registered'),
  task: taskSchema,
  algorithm: z.string(),
  startedAt: z.string(),
  seconds: count.nullable().describe('from start to end; null while it is under way'),
  usd: z.number().nullable().describe('what it used, at list prices; null where that is not known'),
  datasetVersion: z.string(),
  gitCommit: z.string(),
  configHash: z.string(),
  rows: z.object({ train: count, validation: count, test: count }),
});

/** A setting that is not the same in all runs. */
const differingSchema = z.object({
  name: z.string(),
  values: z.array(z.string().nullable()).describe('by run; null where a run has none'),
});

/** What `tidegate compare --json` prints. Lists by run are in the order of `runs`; the first is the one to compare with. */
export const runComparisonSchema = z.object({
  version: z.literal(1),
  runs: z.array(comparedRunSchema).min(2),
  metrics: z.array(
    z.object({
      metric: z.string(),
      higherIsBetter: z.boolean().nullable().describe('null for a metric that this version does not know'),
      estimates: z.array(estimateSchema.nullable()).describe("by run, on the run's own holdout"),
    }),
  ),
  differences: z
    .union([
      z.object({
        rows: count.describe('holdout rows that all runs have'),
        metrics: z.array(
          z.object({
            metric: z.string(),
            runs: z.array(differenceSchema).describe('each run but the first, minus the first, on the shared rows'),
          }),
        ),
      }),
      z.object({ reason: z.string().describe('why the runs could not be compared row by row') }),
    ])
    .describe('paired: all models on the same resamples of the same rows'),
  hyperparameters: z.array(differingSchema),
  columns: z.array(differingSchema).describe('role and treatment, where they differ'),
});
export type RunComparison = Readonly<z.output<typeof runComparisonSchema>>;
