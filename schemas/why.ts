import * as z from 'zod';
import { continuationSchema } from '#schemas/records/continuation';
import { amountSchema } from '#schemas/records/costs';
import { decisionSchema } from '#schemas/records/decision';
import { rollOutSchema } from '#schemas/records/deployment';
import { estimateSchema, verdictSchema } from '#schemas/records/evaluation';
import { runReasonSchema } from '#schemas/records/run';
import { testResultSchema } from '#schemas/records/test-result';

/**
 * What `tidegate why --json` prints: everything that explains what an endpoint serves, from the data to the endpoint. A part is null
 * where nothing of it is recorded. Names of files and folders that may be personal, and values of rows, are nowhere in it.
 */

const time = z.string().describe('ISO 8601');

/** Where more about a part can be seen. */
const seeSchema = z.object({
  command: z.string().optional().describe('a command line'),
  url: z.string().optional().describe('a page of the AWS console, or of the embedded cloud'),
  uri: z.string().optional().describe('a place in S3'),
});
export type See = z.output<typeof seeSchema>;

const servingSchema = z.object({
  state: z
    .enum(['champion', 'changing', 'by-hand', 'failed', 'absent'])
    .describe(
      'whether the endpoint serves the model that was promoted last; `changing` while a deployment is under way',
    ),
  says: z.string().describe('the same in a sentence'),
  todo: z.array(z.string()).describe('what a person should do; empty where all is well'),
});

const challengeSchema = z.object({
  version: z.int().min(1).describe('the version that challenges the one in service'),
  mode: z.string(),
  status: z.string(),
  startedAt: time.nullable().describe('when requests began to reach it'),
  reasons: z.array(z.string()).describe('what the last look found'),
  measures: z.record(z.string(), z.number()),
  see: seeSchema,
});

const endpointSchema = z.object({
  name: z.string(),
  status: z.string().nullable().describe("SageMaker's EndpointStatus; null when there is no such endpoint"),
  config: z.string().nullable().describe('the endpoint config in service'),
  models: z.array(z.string()).describe('the SageMaker models of that config'),
  modifiedAt: time.nullable(),
  see: seeSchema,
});

const modelSchema = z.object({
  version: z.int().min(1),
  runId: z.string().nullable(),
  live: z.boolean().describe('whether the endpoint serves it now'),
  approval: z.enum(['Approved', 'Rejected', 'PendingManualApproval']),
  registeredAt: time,
  modelPackageArn: z.string(),
  served: z
    .array(z.object({ from: time, to: time.nullable() }))
    .describe('oldest first; `to` is null while it is champion'),
  see: seeSchema,
});

const count = z.int().min(0);
const dataSchema = z.object({
  datasetVersion: z.string().describe('a hash over the names, sizes and ETags of the objects'),
  drop: z.string().describe('the folder, or a hash of it where it is no point in time'),
  drops: z.array(z.string()).describe('of a training that reads several drops: each of them, the oldest first'),
  objects: count,
  bytes: count,
  bucket: z.string().describe('where the objects are'),
  rows: z
    .object({
      rows: count,
      used: count,
      malformed: count,
      deduplicated: count,
      inGaps: count,
      seenBefore: count
        .optional()
        .describe('test rows that are not used, since the model that the training went on from was trained on them'),
      quarantine: z.string().optional().describe('where the malformed ones are'),
      blankFiles: z.array(count).optional(),
    })
    .nullable()
    .describe('rows = used + malformed + deduplicated + inGaps + seenBefore'),
  see: seeSchema,
});

const configurationSchema = z.object({
  gitCommit: z.string().describe('the commit of the packaged service'),
  hash: z.string().describe("a hash of the pipeline's settings that the run pinned"),
  see: seeSchema,
});

const trainingSchema = z.object({
  startedAt: time,
  reason: runReasonSchema.describe('why the run was started'),
  algorithm: z.string().nullable(),
  job: z.string().describe('the training job'),
  image: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  tuning: z.object({ job: z.string(), trials: count }).nullable(),
  continuation: continuationSchema
    .nullable()
    .describe('what it went on from, or why it started anew; null without `training.incremental`'),
  costs: amountSchema
    .nullable()
    .describe('what its run used, in US dollars at list prices; the estimate while that is not known'),
  see: seeSchema,
});

const evaluationPartSchema = z.object({
  rows: count.describe('holdout rows'),
  metrics: z.record(z.string(), estimateSchema),
  champion: z.record(z.string(), estimateSchema).nullable().describe('of the model before, on the same holdout'),
  verdict: verdictSchema.nullable(),
  see: seeSchema,
});

const rollOutPartSchema = z.object({
  status: z.enum(['waiting', 'challenging', 'deploying', 'promoted', 'failed', 'superseded']),
  how: rollOutSchema.nullable().describe('null where nothing served before, or it was not recorded'),
  replaced: z
    .string()
    .nullable()
    .describe('the endpoint config before; null where nothing served, or it was not recorded'),
  startedAt: time,
  endedAt: time.nullable(),
  reason: z.string().nullable().describe('why it failed'),
  executionArn: z.string(),
  see: seeSchema,
});

const testsSchema = z.object({
  at: time,
  trigger: z.enum(['deploy', 'update', 'manual']),
  passed: z.boolean(),
  results: z.array(testResultSchema),
  see: seeSchema,
});

const formerSchema = z.object({
  version: z.int().min(1),
  runId: z.string(),
  promotedAt: time,
  supersededAt: time,
  see: seeSchema,
});

const driftSchema = z.object({
  checkedAt: time,
  rows: count.describe('rows of the window'),
  drifted: z.boolean(),
  alarm: z.boolean().describe('whether the check alarmed: by estimated performance, else by drift'),
  performance: z.string().nullable().describe('what is estimated without labels, or why nothing is'),
  fellSilent: z.boolean(),
  severity: z
    .string()
    .nullable()
    .describe('with the checks before and with labels; null in checks of earlier versions'),
  decision: z.string().nullable().describe('why it is so severe'),
  step: z.string().nullable().describe('what was done about it, or why nothing was'),
  see: seeSchema,
});

const labelsSchema = z.object({
  from: z.string().describe('first day of the predictions'),
  to: z.string().describe('the day after the last one'),
  rows: count.describe('predictions whose outcomes are known'),
  severity: z.string(),
  reason: z.string(),
  findings: z.array(z.object({ check: z.string(), severity: z.string(), reason: z.string() })),
  estimate: z.string().nullable().describe('the estimate of a drift check beside what the labels show'),
  see: seeSchema,
});

const batchesSchema = z.object({
  count: count.describe('batches that were scored'),
  rows: count.describe('rows that were scored in them'),
  newest: z
    .array(
      z.object({
        batchId: z.string(),
        status: z.enum(['running', 'scored', 'failed']),
        startedAt: time,
        says: z.string(),
      }),
    )
    .describe('the newest five, whatever became of them'),
  see: seeSchema,
});

export const explanationSchema = z.object({
  pipeline: z.string(),
  stage: z.string(),
  serving: servingSchema,
  challenge: challengeSchema.nullable().describe('the challenge under way'),
  endpoint: endpointSchema,
  model: modelSchema
    .nullable()
    .describe('the version that is explained: the one in service, or the one that was named'),
  data: dataSchema.nullable(),
  configuration: configurationSchema.nullable(),
  training: trainingSchema.nullable(),
  evaluation: evaluationPartSchema.nullable(),
  decisions: z.array(decisionSchema).describe('who decided on this version, when and why; newest first'),
  rollOut: rollOutPartSchema.nullable().describe('the last deployment of this version'),
  tests: testsSchema
    .nullable()
    .describe('the last tests of its endpoint config; those of its deployment, if there were any'),
  former: formerSchema.nullable().describe('the other version that served before it'),
  drift: driftSchema.nullable().describe('the last drift check of the model in service'),
  labels: labelsSchema.nullable().describe('what labels say of this version: the newest window of its predictions'),
  batches: batchesSchema.nullable().describe('the files that this version scored; null where there are none'),
});
export type Explanation = z.output<typeof explanationSchema>;
