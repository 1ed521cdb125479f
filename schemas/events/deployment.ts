import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/records/caught-error';
import { type Deployment, deploymentSchema } from '#schemas/records/deployment';

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
