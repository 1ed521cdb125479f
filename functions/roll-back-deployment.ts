import { DeleteEndpointCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { explainRollBack, planRestore } from '#domain/deployment/roll-back';
import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { endpointName as endpointOf } from '#domain/naming';
import { sageMakerClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { settleClaim, unlockEndpoint } from '#functions/common/deployment-claims';
import { changeEndpoint, deleteEndpointConfig, readEndpoint } from '#functions/common/endpoint';
import { withMiddleware } from '#functions/common/middleware';
import { runStore } from '#functions/common/stores';
import { type Deployment, type RolledBack, rollBackDeploymentSchema } from '#schemas/deployment';

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

/**
 * Ends a deployment that did not work out: what served before serves again, the new config goes, the lock is given back, and the
 * reason is put into words. A model that was recorded as champion before the machine stumbled stays.
 */
export const handler = withMiddleware(rollBackDeploymentSchema, async (event): Promise<RolledBack> => {
  const { deployment, executionArn, modelPackageArn } = event;
  const store = runStore(config);
  const reason = explainRollBack(event);
  const target = locatePackage(config.STAGE, modelPackageArn);
  if (!target) return { reason, servingConfig: null };
  const { pipeline, version } = target;
  const end = async (outcome: { status: 'failed' | 'promoted'; reason?: string }) => {
    await settleClaim(store, pipeline, version, executionArn, outcome);
    await unlockEndpoint(store, pipeline, executionArn);
  };
  if (!deployment) {
    const endpoint = await readEndpoint(sageMakerClient(), endpointOf(config.STAGE, pipeline));
    await end({ status: 'failed', reason });
    return { reason, pipeline, servingConfig: endpoint?.status === 'InService' ? endpoint.config : null };
  }
  const { run, endpointName, endpointConfigName } = deployment;
  const champion = await store.get(pipeline, deploymentKeys.champion);
  if (champion?.['executionArn'] === executionArn) {
    await end({ status: 'promoted' });
    return {
      reason: `The new model serves and is the champion; only the end of its deployment failed: ${reason}`,
      run,
      pipeline,
      endpointName,
      endpointConfigName,
      servingConfig: endpointConfigName,
    };
  }
  const { serving, note } = await restore(deployment);
  const told = note === undefined ? reason : `${reason} ${note}`;
  await end({ status: 'failed', reason: told });
  return { reason: told, run, pipeline, endpointName, endpointConfigName, servingConfig: serving };
});
