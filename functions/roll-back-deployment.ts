import { DeleteEndpointCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { explainRollBack, planRestore } from '#domain/deployment/roll-back';
import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { endpointName as endpointOf } from '#domain/naming';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { changeEndpoint, deleteEndpointConfig, dropFormerConfig, readEndpoint } from '#functions/aws/endpoint';
import type { StateStore } from '#functions/aws/state-store';
import { runStore } from '#functions/aws/stores';
import { settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import {
  type Deployment,
  deploymentSchema,
  type RolledBack,
  rollBackDeploymentSchema,
  rolledBackSchema,
} from '#schemas/events/deployment';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/**
 * Takes the next step back to what served before.
 *
 * @throws TransientError until the endpoint has settled there: the machine asks again
 */
async function restore(deployment: Deployment): Promise<{ serving: string | null; note?: string }> {
  const client = sageMakerClient();
  const { endpointName, endpointConfigName, previousConfig } = deployment;
  const step = planRestore(await readEndpoint(client, endpointName), deployment);
  if (step.action === 'wait') throw new TransientError(`${endpointName}: ${step.reason}`);
  if (step.action === 'update') {
    const { config: EndpointConfigName } = step;
    await changeEndpoint(() =>
      client.send(new UpdateEndpointCommand({ EndpointName: endpointName, EndpointConfigName })),
    );
    throw new TransientError(`${endpointName} is being brought back to ${EndpointConfigName}.`);
  }
  if (step.action === 'delete') {
    await changeEndpoint(() => client.send(new DeleteEndpointCommand({ EndpointName: endpointName })));
  }
  const outcome = step.action === 'settled' ? step : { serving: null };
  if (previousConfig !== endpointConfigName) {
    await deleteEndpointConfig(client, endpointConfigName);
  }
  return outcome;
}

/** The claim this execution holds on the version, if it does. */
async function readOwnClaim(store: StateStore, pipeline: string, version: number, executionArn: string) {
  const item = await store.get(pipeline, deploymentKeys.claim(version));
  return item?.['executionArn'] === executionArn ? item : undefined;
}

/**
 * Ends a deployment that did not work out: what served before serves again, the new config goes, the lock is given back, and the
 * reason is put into words. A model that was recorded as champion before the machine stumbled stays. When the execution was lost
 * (`deployment` is null) its claim says what it was about. Once settled, or taken over by another execution, nothing is touched.
 */
export const handler = withMiddleware(rollBackDeploymentSchema, async (event): Promise<RolledBack> => {
  const { executionArn, modelPackageArn } = event;
  const store = runStore(config);
  const target = locatePackage(config.STAGE, modelPackageArn);
  if (!target) return { reason: explainRollBack(event), servingConfig: null };
  const { pipeline, version } = target;
  const claim = await readOwnClaim(store, pipeline, version, executionArn);
  const settled = rolledBackSchema.safeParse(claim?.['rolledBack']);
  if (settled.success) {
    await unlockEndpoint(store, pipeline, executionArn);
    return settled.data;
  }
  const deployment = event.deployment ?? deploymentSchema.safeParse(claim?.['deployment']).data ?? null;
  const reason = explainRollBack({ ...event, deployment });
  const end = async (status: 'failed' | 'promoted', rolledBack: RolledBack): Promise<RolledBack> => {
    await settleClaim(store, pipeline, version, executionArn, { status, reason: rolledBack.reason, rolledBack });
    await unlockEndpoint(store, pipeline, executionArn);
    return rolledBack;
  };
  const lock = await store.get(pipeline, deploymentKeys.lock);
  if (!deployment || lock?.['executionArn'] !== executionArn) {
    const endpoint = await readEndpoint(sageMakerClient(), endpointOf(config.STAGE, pipeline));
    const servingConfig = endpoint?.status === 'InService' ? endpoint.config : null;
    return end('failed', { reason, pipeline, servingConfig });
  }
  const { run, endpointName, endpointConfigName } = deployment;
  const about = { run, pipeline, endpointName, endpointConfigName };
  const champion = await store.get(pipeline, deploymentKeys.champion);
  if (champion?.['executionArn'] === executionArn) {
    await dropFormerConfig(sageMakerClient(), deployment);
    return end('promoted', {
      reason: `The new model serves and is the champion; only the end of its deployment failed: ${reason}`,
      ...about,
      servingConfig: endpointConfigName,
    });
  }
  const { serving, note } = await restore(deployment);
  return end('failed', { reason: note === undefined ? reason : `${reason} ${note}`, ...about, servingConfig: serving });
});
