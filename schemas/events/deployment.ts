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
  rolledBackAt: z.iso
    .datetime({ offset: true })
    .nullish()
    .describe('when a person went back to this version, whose approval was carried out before'),
  now: z.boolean().optional().describe('whether traffic moves all at once, whatever strategy the version has'),
});

/** What PrepareDeployment answers. */
export type DeploymentDecision =
  | Deployment
  /** The version is challenging the champion: the machine `challenge` starts its deployment when it has won. */
  | { readonly decision: 'challenge'; readonly challenge: string }
  | { readonly decision: 'ignore'; readonly reason: string };

/** What DeployEndpoint is called with. */
export const deployEndpointSchema = z.object({ deployment: deploymentSchema });

/** What AwaitEndpoint is called with; `waitedSeconds` grows with every retry. */
export const awaitEndpointSchema = z.object({ deployment: deploymentSchema, waitedSeconds: z.number().min(0) });

/** What PromoteModel is called with; `promotedAt` is when its state was entered, so a retry writes the same records. */
export const promoteModelSchema = z.object({
  deployment: deploymentSchema,
  promotedAt: z.iso.datetime({ offset: true }),
});

/** What RollBackDeployment is called with; `deployment` is null when preparing it failed. */
export const rollBackDeploymentSchema = z.object({
  modelPackageArn: arn,
  executionArn: arn,
  deployment: deploymentSchema.nullable(),
  error: caughtErrorSchema,
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('when its state was entered, so a retry writes the same record'),
});
