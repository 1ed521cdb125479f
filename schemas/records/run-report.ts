import * as z from 'zod';
import { dropDriftSchema } from './baseline.ts';
import { constraintResultSchema } from './constraints.ts';
import { runCostsSchema } from './costs.ts';
import { evaluationSchema, verdictSchema } from './evaluation.ts';
import { explanationSchema } from './explanation.ts';
import { personalDataSchema } from './personal-data.ts';
import { runReasonSchema, trainingRecordSchema } from './run.ts';

const count = z.int().min(0);
const time = z.string().describe('ISO 8601, UTC');

const sideSchema = z.object({
  side: z.enum(['train', 'validation', 'test']),
  rows: count,
  classes: z.array(count).describe('rows by class, in the order of `data.classes`; empty for regression'),
  label: z.object({ mean: z.number(), std: z.number() }).nullable().describe('regression: of the label'),
});

const columnSchema = z.object({
  column: z.string(),
  role: z.string().describe("its role in the pipeline's file"),
  treatment: z.string().describe('how it became model inputs, in words'),
  missing: count.nullable().describe('clean rows without a value; null where they are not counted'),
});

const dataSchema = z.object({
  rows: count.describe('raw rows, malformed ones included'),
  malformed: count,
  deduplicated: count.describe('rows left out because others are the same'),
  label: z.string(),
  classes: z.array(z.string()).describe('in the order of their numbers; empty for regression'),
  split: z.string().nullable().describe('the strategy that divided the rows'),
  sides: z.array(sideSchema),
  columns: z.array(columnSchema),
});

const lineageSchema = z.object({
  datasetVersion: z.string(),
  drop: z.string(),
  objects: count.describe('files of the drop'),
  gitCommit: z.string(),
  configHash: z.string(),
  execution: z.string().describe('ARN of the execution that trained it'),
});

/**
 * What `tidegate report --json` prints: a run's report for programs. A part is null where the run recorded nothing of it. Within a
 * version, members are added and never removed or given another meaning.
 */
export const runReportSchema = z.object({
  version: z.literal(1),
  pipeline: z.string(),
  description: z.string().nullable(),
  runId: z.string(),
  status: z.string().describe('running, registered, rejected, deployed or failed'),
  reason: runReasonSchema,
  startedAt: time,
  endedAt: time.nullable().describe('null while it is under way'),
  model: z
    .object({ version: z.int().min(1), package: z.string() })
    .nullable()
    .describe('in the model registry; null for a model that was not registered'),
  algorithm: z.string(),
  training: trainingRecordSchema,
  data: dataSchema,
  evaluation: evaluationSchema,
  verdict: verdictSchema,
  constraints: z.array(constraintResultSchema),
  explanation: explanationSchema.nullable(),
  personalData: personalDataSchema.nullable(),
  drift: dropDriftSchema.nullable().describe("how the drop differs from the champion's"),
  costs: runCostsSchema.nullable(),
  lineage: lineageSchema,
});
export type RunReport = Readonly<z.output<typeof runReportSchema>>;
