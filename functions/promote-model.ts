import { deploymentKeys } from '#domain/deployment/target';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { dropFormerConfig } from '#functions/aws/endpoint';
import type { StateStore } from '#functions/aws/state-store';
import { runStore } from '#functions/aws/stores';
import { settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { type Deployment, promoteModelSchema } from '#schemas/events/deployment';
import { type Champion, championSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/** Makes the deployed model the champion. The former champion's record is kept under the time it was promoted at. */
async function crown(store: StateStore, deployment: Deployment, promotedAt: string): Promise<void> {
  const { pipeline, runId } = deployment.run;
  const item = await store.get(pipeline, deploymentKeys.champion);
  const former = item ? championSchema.parse(item) : undefined;
  if (item?.['executionArn'] === deployment.executionArn) return;
  if (former) {
    await store.put(pipeline, deploymentKeys.formerChampion(former.promotedAt), {
      ...former,
      supersededAt: promotedAt,
    });
  }
  const champion: Champion = {
    runId,
    modelPackageArn: deployment.modelPackageArn,
    modelPackageVersion: deployment.modelPackageVersion,
    modelName: deployment.modelName,
    endpointName: deployment.endpointName,
    endpointConfigName: deployment.endpointConfigName,
    promotedAt,
  };
  await store.put(pipeline, deploymentKeys.champion, { ...champion, executionArn: deployment.executionArn });
}

/** Records that the tested model is the champion, ends the deployment and cleans up. Asking again writes the same records, and none once the lock was given back. */
export const handler = withMiddleware(promoteModelSchema, async ({ deployment, promotedAt }) => {
  const store = runStore(config);
  const { run, modelPackageVersion: version, executionArn, endpointConfigName } = deployment;
  const promoted = { run, endpointConfigName, promotedAt };
  // Given back last: without it all is done, and the next deployment may have begun.
  const lock = await store.get(run.pipeline, deploymentKeys.lock);
  if (lock?.['executionArn'] !== executionArn) return promoted;
  await crown(store, deployment, promotedAt);
  await settleClaim(store, run.pipeline, version, executionArn, { status: 'promoted', promotedAt });
  await store.set(
    run.pipeline,
    deploymentKeys.run(run.runId),
    { status: 'deployed', deployedAt: promotedAt },
    { expression: 'attribute_exists(pk)' },
  );
  await dropFormerConfig(sageMakerClient(), deployment);
  await unlockEndpoint(store, run.pipeline, executionArn);
  return promoted;
});
