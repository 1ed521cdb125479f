import { batchItems } from '#domain/batch/layout';
import { deploymentKeys } from '#domain/deployment/target';
import { challengerEndpointName, endpointName } from '#domain/naming';
import type { References } from '#domain/retention/inventory';
import { readChallenge } from '#functions/claims/challenges';
import { lastGoodKey } from '#functions/claims/last-good';
import type { Endpoints } from '#functions/ports/endpoints';
import type { StateStore } from '#functions/ports/state-store';
import { batchRecordSchema } from '#schemas/records/batch';
import { challengeSchema } from '#schemas/records/challenge';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';

/** What reading references takes. */
export interface ReferencePorts {
  readonly stage: string;
  readonly store: Pick<StateStore, 'get' | 'list'>;
  readonly endpoints: Pick<Endpoints, 'read'>;
}

const settled = new Set(['promoted', 'failed', 'superseded']);

/** What deployments that have not ended work on. */
async function readDeploying({ store }: ReferencePorts, pipeline: string) {
  const claims = (await store.list(pipeline, 'deployment#')).map((item) => deploymentClaimSchema.parse(item));
  const open = claims.filter(({ status }) => !settled.has(status));
  return {
    underWay: open.map(({ runId, status }) => ({
      runId,
      as: status === 'challenging' ? ('challenging' as const) : ('deploying' as const),
    })),
    configs: open.flatMap((claim) => [claim.endpointConfigName, claim.deployment?.previousConfig ?? []].flat()),
  };
}

/** What a challenge that is under way compares. */
async function readChallenging({ store }: ReferencePorts, pipeline: string) {
  const challenge = await readChallenge(store, pipeline);
  if (!challenge) return { underWay: [], configs: [] };
  const runIds = [challenge.challenger.run.runId, challenge.champion.runId];
  return {
    underWay: runIds.map((runId) => ({ runId, as: 'challenging' as const })),
    configs: [challenge.challenger.endpointConfigName],
  };
}

/** The endpoint configs that the pipeline's endpoints serve or change to. */
async function readLiveConfigs({ stage, endpoints }: ReferencePorts, pipeline: string): Promise<string[]> {
  const names = [endpointName(stage, pipeline), challengerEndpointName(stage, pipeline)];
  const found = await Promise.all(names.map((name) => endpoints.read(name)));
  return found.flatMap((endpoint) => (endpoint ? [endpoint.config, endpoint.pendingConfig ?? []].flat() : []));
}

/** What refers to the runs of a pipeline now. What is deleted must have been listed before this is read. */
export async function readReferences(ports: ReferencePorts, pipeline: string): Promise<References> {
  const { store } = ports;
  const lease = await store.get(pipeline, 'lease');
  const deploying = await readDeploying(ports, pipeline);
  const challenging = await readChallenging(ports, pipeline);
  const batches = (await store.list(pipeline, batchItems.all))
    .filter(({ status }) => status === 'running')
    .map((item) => batchRecordSchema.parse(item));
  const live = await readLiveConfigs(ports, pipeline);
  // read last: a deployment records its champion before it lets its claim go
  const item = await store.get(pipeline, deploymentKeys.champion);
  const champion = item && championSchema.parse(item);
  const former = (await store.list(pipeline, deploymentKeys.formerChampion(''))).map((one) => ({
    ...championSchema.parse(one),
    supersededAt: String(one['supersededAt']),
  }));
  const past = await store.list(pipeline, deploymentKeys.anyPastChallenge);
  const lastGood = (await store.get(pipeline, lastGoodKey))?.['runId'];
  return {
    champion: champion && { runId: champion.runId, version: champion.modelPackageVersion },
    former: former.map(({ runId, modelPackageVersion: version, supersededAt }) => ({ runId, version, supersededAt })),
    challenged: past
      .map((one) => challengeSchema.parse(one))
      .map(({ challenger, outcome, openedAt }) => ({
        runId: challenger.run.runId,
        endedAt: outcome?.at ?? openedAt,
      })),
    underWay: [
      ...(lease ? [{ runId: String(lease['runId']), as: 'training' as const }] : []),
      ...batches.map(({ model }) => ({ runId: model.runId, as: 'scoring' as const })),
      ...deploying.underWay,
      ...challenging.underWay,
    ],
    lastGood: typeof lastGood === 'string' ? lastGood : undefined,
    liveConfigs: [
      ...live,
      ...deploying.configs,
      ...challenging.configs,
      ...(champion ? [champion.endpointConfigName] : []),
    ],
  };
}
