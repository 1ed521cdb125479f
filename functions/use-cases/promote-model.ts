import type * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import type { Alarms } from '#functions/ports/alarms';
import type { Endpoints } from '#functions/ports/endpoints';
import type { StateStore } from '#functions/ports/state-store';
import { dropFormerConfig } from '#functions/use-cases/drop-former-config';
import type { promoteModelSchema } from '#schemas/events/deployment';
import type { Deployment } from '#schemas/records/deployment';
import { type Champion, championSchema } from '#schemas/records/run';

/** The dependencies of promoting. */
export interface PromotionPorts {
  readonly store: StateStore;
  readonly endpoints: Pick<Endpoints, 'removeConfig'>;
  readonly alarms: Pick<Alarms, 'remove'>;
}

/** Makes the deployed model the champion. The former champion's record is kept under its promotion time. */
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

/**
 * Records that the tested model is the champion, ends the deployment and cleans up. A retry writes the same records, or none
 * after the lock was released.
 */
export async function promoteModel(
  { store, endpoints, alarms }: PromotionPorts,
  { deployment, promotedAt }: z.output<typeof promoteModelSchema>,
) {
  const { run, modelPackageVersion: version, executionArn, endpointConfigName } = deployment;
  const promoted = { run, endpointConfigName, promotedAt };
  // Released last: once it is gone, all is done, and the next deployment may have started.
  const lock = await store.get(run.pipeline, deploymentKeys.lock);
  if (lock?.['executionArn'] !== executionArn) return promoted;
  await crown(store, deployment, promotedAt);
  await settleClaim(store, run.pipeline, version, executionArn, {
    status: 'promoted',
    promotedAt,
    endedAt: promotedAt,
  });
  await store.set(
    run.pipeline,
    deploymentKeys.run(run.runId),
    { status: 'deployed', deployedAt: promotedAt },
    { expression: 'attribute_exists(pk)' },
  );
  await dropFormerConfig(endpoints, deployment);
  await alarms.remove(deployment.alarms ?? []);
  await unlockEndpoint(store, run.pipeline, executionArn);
  return promoted;
}
