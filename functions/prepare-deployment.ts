import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { configToReturnTo } from '#domain/deployment/endpoint';
import { planPolling } from '#domain/deployment/polling';
import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { NotFoundError } from '#domain/errors';
import { endpointName as endpointOf, runResourceName } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { documentClient } from '#functions/aws/clients/dynamodb';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { putDefaultTests } from '#functions/aws/default-tests';
import { readEndpoint } from '#functions/aws/endpoint';
import { stateStore } from '#functions/aws/state-store';
import { artifactStore, runStore } from '#functions/aws/stores';
import { claimDeployment, lockEndpoint, settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import { isRunning } from '#functions/claims/lease';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import {
  type Deployment,
  type DeploymentDecision,
  deploymentClaimSchema,
  prepareDeploymentSchema,
} from '#schemas/events/deployment';
import { pipelineSchema } from '#schemas/pipeline';
import { championSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'ENDPOINT_TESTS_TABLE', 'POLL_SECONDS']);
const pollSeconds = Number(config.POLL_SECONDS);
/** Waiting for another deployment is patient: it takes minutes. */
const turnSeconds = 4 * pollSeconds;

const ignore = (reason: string): DeploymentDecision => ({ decision: 'ignore', reason });
const running = (executionArn: string): Promise<boolean> => isRunning(sfnClient(), executionArn);

/** The package as it stands now, which may not be as the event said. */
async function readPackage(modelPackageArn: string) {
  const found = await sageMakerClient().send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  return {
    status: found.ModelApprovalStatus,
    approvedAt: (found.LastModifiedTime ?? found.CreationTime)?.toISOString() ?? '',
    runId: found.CustomerMetadataProperties?.['run_id'],
  };
}

/** The champion and when its package was approved; a later approval than the one at hand has overtaken it. */
async function readChampion(pipeline: string) {
  const store = runStore(config);
  const item = await store.get(pipeline, deploymentKeys.champion);
  if (!item) return undefined;
  const champion = championSchema.parse(item);
  const claim = await store.get(pipeline, deploymentKeys.claim(champion.modelPackageVersion));
  return { ...champion, approvedAt: claim ? deploymentClaimSchema.parse(claim).approvedAt : '' };
}

/**
 * Decides what an approval leads to: nothing when it is not ours, was taken back, is a duplicate, was overtaken by a later one or
 * serves already; a wait while another deployment changes the endpoint; else a deployment, with what to go back to.
 */
export const handler = withMiddleware(
  prepareDeploymentSchema,
  async ({ modelPackageArn, executionArn, startedAt, updatedFields }): Promise<DeploymentDecision> => {
    const target = locatePackage(config.STAGE, modelPackageArn);
    if (!target) return ignore(`${modelPackageArn} belongs to no pipeline of stage ${config.STAGE}`);
    const { pipeline, version } = target;
    // The event tells of any change to an approved package: editing the metadata of an old version must not bring it back.
    if (updatedFields.length > 0 && !updatedFields.includes('ModelApprovalStatus')) {
      return ignore(`version ${version} of ${pipeline} was changed, not approved: ${updatedFields.join(', ')}`);
    }
    const { status, approvedAt, runId } = await readPackage(modelPackageArn);
    if (status !== 'Approved') return ignore(`version ${version} of ${pipeline} is ${status} now`);
    if (runId === undefined) {
      throw new NotFoundError(
        `${modelPackageArn} names no run (CustomerMetadataProperties.run_id): only what the retrain machine registered can be deployed.`,
      );
    }
    const run = { pipeline, runId };
    const artifacts = artifactStore(config);
    const definition = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
    const endpointName = endpointOf(config.STAGE, pipeline);
    const name = runResourceName(config.STAGE, run);
    const claim = {
      status: 'waiting' as const,
      executionArn,
      approvedAt,
      startedAt,
      modelPackageArn,
      runId,
      endpointName,
      endpointConfigName: name,
    };

    const store = runStore(config);
    const claimed = await claimDeployment(store, pipeline, version, claim, running);
    if (!claimed.held) return ignore(claimed.reason);
    const holder = await lockEndpoint(store, pipeline, { executionArn, version, startedAt }, running);
    if (holder !== undefined) {
      return { decision: 'wait', reason: `${holder} is changing ${endpointName}`, waitSeconds: turnSeconds };
    }
    const standDown = async (outcome: 'promoted' | 'superseded', reason: string) => {
      await settleClaim(store, pipeline, version, executionArn, { status: outcome });
      await unlockEndpoint(store, pipeline, executionArn);
      return ignore(reason);
    };
    const champion = await readChampion(pipeline);
    const endpoint = await readEndpoint(sageMakerClient(), endpointName);
    if (champion?.modelPackageVersion === version && endpoint?.status === 'InService' && endpoint.config === name) {
      return standDown('promoted', `version ${version} of ${pipeline} serves already`);
    }
    if (champion && champion.modelPackageVersion !== version && champion.approvedAt > approvedAt) {
      return standDown('superseded', `version ${champion.modelPackageVersion} was approved later and serves`);
    }
    const tests = stateStore(documentClient(), config.ENDPOINT_TESTS_TABLE);
    await putDefaultTests(tests, endpointName, definition, artifacts.uri(artifactKeys(run).golden));
    const deployment: Deployment = {
      decision: 'deploy',
      run,
      modelPackageArn,
      modelPackageVersion: version,
      modelName: name,
      endpointName,
      endpointConfigName: name,
      previousConfig: configToReturnTo(endpoint, name, champion?.endpointConfigName),
      executionArn,
      ...planPolling(definition.deployment.maxWaitMinutes, pollSeconds),
    };
    await settleClaim(store, pipeline, version, executionArn, { status: 'deploying', deployment });
    return deployment;
  },
);
