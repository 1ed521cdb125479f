import * as z from 'zod';
import { caughtErrorSchema, runPointerSchema } from '#schemas/records/run';

const arn = z.string().startsWith('arn:');

/** What PrepareDeployment is called with: the approved model package and the execution that would deploy it. */
export const prepareDeploymentSchema = z.object({
  modelPackageArn: arn,
  executionArn: arn,
  startedAt: z.iso.datetime({ offset: true }).describe("the execution's start"),
  updatedFields: z
    .array(z.string())
    .default([])
    .describe('UpdatedModelPackageFields of the event; empty when the package was just created'),
});

/** A deployment as it travels through the deploy machine. */
export const deploymentSchema = z.object({
  decision: z.literal('deploy'),
  run: runPointerSchema,
  modelPackageArn: arn,
  modelPackageVersion: z.int().min(1),
  modelName: z.string().min(1),
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1),
  previousConfig: z
    .string()
    .nullable()
    .describe('endpoint config to go back to; null when no model of this endpoint ever served'),
  executionArn: arn,
  pollSeconds: z.int().min(1),
  maxPolls: z.int().min(1),
});
export type Deployment = z.output<typeof deploymentSchema>;

/** What PrepareDeployment answers. */
export type DeploymentDecision =
  | Deployment
  | { readonly decision: 'ignore'; readonly reason: string }
  | { readonly decision: 'wait'; readonly reason: string; readonly waitSeconds: number };

/** What DeployEndpoint is called with. */
export const deployEndpointSchema = z.object({ deployment: deploymentSchema });

/** What PromoteModel is called with; `promotedAt` is when its state was entered, so a retry writes the same records. */
export const promoteModelSchema = z.object({
  deployment: deploymentSchema,
  promotedAt: z.iso.datetime({ offset: true }),
});

/** The endpoint as the deploy machine saw it last. */
const polledEndpointSchema = z.object({ status: z.string(), config: z.string(), reason: z.string() });
export type PolledEndpoint = z.output<typeof polledEndpointSchema>;

/** What RollBackDeployment is called with; `deployment` is null when preparing it failed. */
export const rollBackDeploymentSchema = z.object({
  modelPackageArn: arn,
  executionArn: arn,
  deployment: deploymentSchema.nullable(),
  error: caughtErrorSchema.nullable(),
  endpoint: polledEndpointSchema.nullable(),
  tests: z.object({ passed: z.boolean(), failed: z.array(z.string()) }).nullable(),
});

/** What RollBackDeployment answers, and Notify tells. */
export const rolledBackSchema = z.object({
  reason: z.string(),
  run: runPointerSchema.optional(),
  pipeline: z.string().optional(),
  endpointName: z.string().optional(),
  endpointConfigName: z.string().optional().describe('the config that was not to stay'),
  servingConfig: z.string().nullable().describe('what serves now; null when nothing does'),
});
export type RolledBack = z.output<typeof rolledBackSchema>;

/** How a deployment stands: `deployment#<version>` in the state table. */
export const deploymentClaimSchema = z.object({
  status: z.enum(['waiting', 'deploying', 'promoted', 'failed', 'superseded']),
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
});
export type DeploymentClaim = z.output<typeof deploymentClaimSchema>;
