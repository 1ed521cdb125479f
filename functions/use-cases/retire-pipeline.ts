import type * as z from 'zod';
import { isPassing } from '#domain/deployment/endpoint';
import { scalingEnd } from '#domain/deployment/scaling';
import { deploymentKeys } from '#domain/deployment/target';
import { EndpointBusyError, TransientError } from '#domain/errors';
import { endpointName as endpointOf } from '#domain/naming';
import { readChallenge } from '#functions/claims/challenges';
import type { Endpoints } from '#functions/ports/endpoints';
import type { Scaling } from '#functions/ports/scaling';
import type { StageResources } from '#functions/ports/stage-resources';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import { endChallenge } from '#functions/use-cases/end-challenge';
import { listOwnResources } from '#functions/use-cases/own-resources';
import type { Retired, retirePipelineSchema } from '#schemas/events/retire';
import { type Retirement, retirementSchema, type TakenBack } from '#schemas/records/retirement';
import { championSchema } from '#schemas/records/run';

/** The dependencies of retiring. */
export interface RetirementPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly endpoints: Pick<Endpoints, 'read' | 'remove' | 'removeConfig'>;
  readonly scaling: Pick<Scaling, 'stop'>;
  readonly resources: Omit<StageResources, 'listEndpoints'>;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
}

type RetireEvent = z.output<typeof retirePipelineSchema>;

/** Marks the pipeline as retired, with what it has now. From then on nothing of it is trained or deployed. */
async function markRetired(
  ports: RetirementPorts,
  { pipeline, by, reason, startedAt }: RetireEvent,
): Promise<Retirement> {
  const { stage, store, endpoints, resources } = ports;
  const { configs, models } = await listOwnResources(resources, stage, pipeline);
  const retirement: Retirement = {
    at: startedAt,
    ...(by ? { by } : {}),
    ...(reason ? { reason } : {}),
    endpoint: (await endpoints.read(endpointOf(stage, pipeline))) !== undefined,
    endpointConfigs: configs.length,
    models: models.length,
  };
  await store.put(pipeline, deploymentKeys.retired, retirement, ifAbsent);
  const marked = retirementSchema.parse(await store.get(pipeline, deploymentKeys.retired));
  await store.put(pipeline, deploymentKeys.retirement(marked.at), { decision: 'retired', ...marked }, ifAbsent);
  return marked;
}

/** Takes a retirement back. The history keeps both, and tells a retry that the mark is gone because of it. */
async function takeBack(store: StateStore, { pipeline, by, reason, startedAt }: RetireEvent): Promise<Retired> {
  const takenBack: TakenBack = { at: startedAt, ...(by ? { by } : {}), ...(reason ? { reason } : {}) };
  const key = deploymentKeys.retirement(startedAt);
  if (!(await store.get(pipeline, key))) {
    if (!(await store.get(pipeline, deploymentKeys.retired))) {
      return { decision: 'ignore', pipeline, reason: `pipeline ${pipeline} is not retired` };
    }
    await store.put(pipeline, key, { decision: 'taken-back', ...takenBack }, ifAbsent);
  }
  await store.remove(pipeline, deploymentKeys.retired);
  return { decision: 'taken-back', pipeline, takenBack };
}

/**
 * Takes no lock: the mark keeps new runs and deployments from starting. A deployment reads the mark after it took the lock. A run
 * may have read it just before it was set, which is why the lease is looked at twice.
 *
 * @throws EndpointBusyError while a run or a deployment of the pipeline is under way
 */
async function waitForOthers({ store, isRunning }: RetirementPorts, pipeline: string): Promise<void> {
  const lease = await store.get(pipeline, 'lease');
  if (lease && (await isRunning(String(lease['holder'])))) {
    throw new EndpointBusyError(`Run ${String(lease['runId'])} of ${pipeline} is still under way.`);
  }
  const holder = (await store.get(pipeline, deploymentKeys.lock))?.['executionArn'];
  if (holder !== undefined && (await isRunning(String(holder)))) {
    throw new EndpointBusyError(`${String(holder)} is changing the endpoint of ${pipeline}.`);
  }
}

/** @throws TransientError until the endpoint is gone */
async function removeEndpoint({ endpoints, scaling }: RetirementPorts, name: string): Promise<void> {
  const endpoint = await endpoints.read(name);
  if (!endpoint) return;
  if (isPassing(endpoint.status)) throw new TransientError(`${name} is ${endpoint.status}.`);
  await scaling.stop(scalingEnd(name));
  await endpoints.remove(name);
  throw new TransientError(`${name} is being deleted.`);
}

/** The champion becomes a former champion. */
async function dethrone(store: StateStore, pipeline: string, at: string): Promise<void> {
  const item = await store.get(pipeline, deploymentKeys.champion);
  if (!item) return;
  const champion = championSchema.parse(item);
  const former = { ...champion, supersededAt: at };
  await store.put(pipeline, deploymentKeys.formerChampion(champion.promotedAt), former);
  await store.remove(pipeline, deploymentKeys.champion);
}

/**
 * Retires a pipeline: deletes its endpoint, endpoint configs and models, and makes later drops, drift checks and approvals do
 * nothing. Model packages, records and data stay: they cost little, and they prove what was decided. A retry goes on where the
 * attempt before it ended.
 *
 * @throws EndpointBusyError while a run or a deployment is under way; TransientError until the endpoint is gone
 */
export async function retirePipeline(ports: RetirementPorts, event: RetireEvent): Promise<Retired> {
  const { stage, store, endpoints, resources } = ports;
  const { pipeline, startedAt } = event;
  if (event.undo) return takeBack(store, event);
  const retirement = await markRetired(ports, event);
  await waitForOthers(ports, pipeline);
  const challenge = await readChallenge(store, pipeline);
  if (challenge) {
    const reasons = ['The pipeline was retired.'];
    await endChallenge(ports, challenge, { end: 'retired', reasons, measures: {}, at: startedAt });
  }
  await removeEndpoint(ports, endpointOf(stage, pipeline));
  const { configs, models } = await listOwnResources(resources, stage, pipeline);
  for (const name of configs) await endpoints.removeConfig(name);
  for (const name of models) await resources.removeModel(name);
  await dethrone(store, pipeline, startedAt);
  await waitForOthers(ports, pipeline);
  return { decision: 'retired', pipeline, retirement };
}
