import type * as z from 'zod';
import { explainRollBack, planRestore } from '#domain/deployment/roll-back';
import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { endpointName as endpointOf } from '#domain/naming';
import { unreachable } from '#domain/unreachable';
import { settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import type { Alarms } from '#functions/ports/alarms';
import type { Endpoints } from '#functions/ports/endpoints';
import type { StateStore } from '#functions/ports/state-store';
import { dropFormerConfig } from '#functions/use-cases/drop-former-config';
import type { rollBackDeploymentSchema } from '#schemas/events/deployment';
import { type Deployment, deploymentSchema, type RolledBack, rolledBackSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';

/** The dependencies of rolling back. */
export interface RollBackPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly endpoints: Pick<Endpoints, 'read' | 'update' | 'remove' | 'removeConfig'>;
  readonly alarms: Pick<Alarms, 'remove'>;
}

/**
 * Takes the next step of the roll-back to the previous config.
 *
 * @throws TransientError until the endpoint serves it: the machine retries
 */
async function restore(
  endpoints: RollBackPorts['endpoints'],
  deployment: Deployment,
): Promise<{ serving: string | null; note?: string }> {
  const { endpointName, endpointConfigName, previousConfig } = deployment;
  const step = planRestore(await endpoints.read(endpointName), deployment);
  const removeConfig = async (): Promise<void> => {
    if (previousConfig !== endpointConfigName) await endpoints.removeConfig(endpointConfigName);
  };
  switch (step.action) {
    case 'wait':
      throw new TransientError(`${endpointName}: ${step.reason}`);
    case 'update':
      await endpoints.update({ EndpointName: endpointName, EndpointConfigName: step.config });
      throw new TransientError(`${endpointName} is being rolled back to ${step.config}.`);
    case 'delete':
      await endpoints.remove(endpointName);
      await removeConfig();
      return { serving: null };
    case 'settled':
      await removeConfig();
      return step;
    default:
      return unreachable(step, 'step of a roll-back');
  }
}

/** This execution's claim on the version, if any. */
async function readOwnClaim(store: StateStore, pipeline: string, version: number, executionArn: string) {
  const item = await store.get(pipeline, deploymentKeys.claim(version));
  return item?.['executionArn'] === executionArn ? item : undefined;
}

/**
 * Ends a failed deployment: restores the previous config, deletes the new one, releases the lock and returns the reason as
 * text. A model that was already recorded as champion stays. If the execution was lost (`deployment` is null), its claim has
 * the details. A deployment that is settled, or taken over by another execution, is left alone.
 *
 * @throws TransientError until the endpoint has settled
 */
export async function rollBackDeployment(
  { stage, store, endpoints, alarms }: RollBackPorts,
  event: z.output<typeof rollBackDeploymentSchema>,
): Promise<RolledBack> {
  const { executionArn, modelPackageArn } = event;
  const target = locatePackage(stage, modelPackageArn);
  if (!target) return { reason: explainRollBack(event.error), servingConfig: null };
  const { pipeline, version } = target;
  const claim = await readOwnClaim(store, pipeline, version, executionArn);
  const settled = rolledBackSchema.safeParse(claim?.['rolledBack']);
  if (settled.success) {
    await unlockEndpoint(store, pipeline, executionArn);
    return settled.data;
  }
  const deployment = event.deployment ?? deploymentSchema.safeParse(claim?.['deployment']).data ?? null;
  const reason = explainRollBack(event.error);
  const end = async (status: 'failed' | 'promoted', rolledBack: RolledBack): Promise<RolledBack> => {
    const ended = { status, reason: rolledBack.reason, rolledBack, ...(event.at ? { endedAt: event.at } : {}) };
    await settleClaim(store, pipeline, version, executionArn, ended);
    await unlockEndpoint(store, pipeline, executionArn);
    return rolledBack;
  };
  const lock = await store.get(pipeline, deploymentKeys.lock);
  if (!deployment || lock?.['executionArn'] !== executionArn) {
    const endpoint = await endpoints.read(endpointOf(stage, pipeline));
    const servingConfig = endpoint?.status === 'InService' ? endpoint.config : null;
    return end('failed', { reason, pipeline, servingConfig });
  }
  const { run, endpointName, endpointConfigName } = deployment;
  const about = { run, pipeline, endpointName, endpointConfigName, decidedAt: deployment.decidedAt };
  const champion = await store.get(pipeline, deploymentKeys.champion);
  if (champion?.['executionArn'] === executionArn) {
    await dropFormerConfig(endpoints, deployment);
    await alarms.remove(deployment.alarms ?? []);
    return end('promoted', {
      reason: `The new model serves and is the champion; only the end of its deployment failed: ${reason}`,
      ...about,
      servingConfig: endpointConfigName,
    });
  }
  const { serving, note } = await restore(endpoints, deployment);
  await alarms.remove(deployment.alarms ?? []);
  const former = championSchema.safeParse(champion).data;
  return end('failed', {
    reason: note === undefined ? reason : `${reason} ${note}`,
    ...about,
    servingConfig: serving,
    ...(former && former.endpointConfigName === serving ? { servingVersion: former.modelPackageVersion } : {}),
  });
}
