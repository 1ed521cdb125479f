import * as z from 'zod';
import { runPointerSchema } from '#schemas/records/run';

const bounds = { min: z.int(), max: z.int(), scaleInSeconds: z.int(), scaleOutSeconds: z.int() };

/** How an asynchronous endpoint is scaled, as its pipeline says (`deployment.asynchronous.scaling`). */
export const backlogScalingRecordSchema = z.object({ ...bounds, backlogPerInstance: z.number() });

/** How an endpoint is scaled, as its pipeline says (`deployment.scaling`). */
export const scalingRecordSchema = z.object({ ...bounds, invocationsPerInstance: z.number() });

const anyScaling = z.union([scalingRecordSchema, backlogScalingRecordSchema]);

/** How traffic moves to a new model and what watches it, as it was decided when the roll-out began. */
export const rollOutSchema = z.object({
  strategy: z.string().min(1),
  percent: z
    .number()
    .optional()
    .describe('the share of the capacity that one step moves; absent where all moves at once'),
  bakeMinutes: z.number().min(0).describe('how long each step is watched'),
  alarms: z.record(z.string(), z.number()).describe('limits by the kind of alarm; empty where nothing watches'),
});
export type RollOut = z.output<typeof rollOutSchema>;

/** A deployment as it travels through the deploy machine. */
export const deploymentSchema = z.object({
  decision: z.literal('deploy'),
  run: runPointerSchema,
  modelPackageArn: z.string().startsWith('arn:'),
  modelPackageVersion: z.int().min(1),
  modelName: z.string().min(1),
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1),
  previousConfig: z
    .string()
    .nullable()
    .describe('endpoint config to go back to; null when no model of this endpoint ever served'),
  executionArn: z.string().startsWith('arn:'),
  decidedAt: z.string().optional().describe('when the version was approved, or the roll-back to it was requested'),
  maxWaitMinutes: z.int().min(1).describe('how long the endpoint may take to serve the config'),
  alarms: z.array(z.string()).optional().describe('names of the alarms that watch the roll-out, while it lasts'),
  scaling: z
    .object({ former: anyScaling.optional(), wanted: anyScaling.optional() })
    .optional()
    .describe('how the former and the new model are scaled, where either is'),
  rollOut: rollOutSchema
    .optional()
    .describe('absent where nothing served before, and in records of versions that did not keep it'),
});
export type Deployment = z.output<typeof deploymentSchema>;

/** How a failed deployment ended: what RollBackDeployment answers, and Notify reports. */
export const rolledBackSchema = z.object({
  reason: z.string(),
  run: runPointerSchema.optional(),
  pipeline: z.string().optional(),
  endpointName: z.string().optional(),
  endpointConfigName: z.string().optional().describe('the config that was not to stay'),
  servingConfig: z.string().nullable().describe('what serves now; null when nothing does'),
  servingVersion: z.int().min(1).optional().describe('the version that serves now, where a run registered it'),
  decidedAt: z.string().optional(),
});
export type RolledBack = z.output<typeof rolledBackSchema>;

/** How a deployment stands: `deployment#<version>` in the state table. */
export const deploymentClaimSchema = z.object({
  status: z.enum(['waiting', 'challenging', 'deploying', 'promoted', 'failed', 'superseded']),
  executionArn: z.string(),
  approvedAt: z.string().describe('when the package was last modified: tells one approval from the next'),
  startedAt: z.string(),
  modelPackageArn: z.string(),
  runId: z.string(),
  endpointName: z.string(),
  endpointConfigName: z.string(),
  deployment: deploymentSchema
    .optional()
    .describe(
      'what is being done, from the moment the endpoint may be touched: lets it be rolled back when the execution is lost',
    ),
  rolledBack: rolledBackSchema.optional().describe('how a failed deployment ended'),
  endedAt: z.string().optional().describe('when it was promoted or rolled back'),
});
export type DeploymentClaim = z.output<typeof deploymentClaimSchema>;
