import { deploymentKeys } from '#domain/deployment/target';
import { NotFoundError } from '#domain/errors';
import type { ModelRegistry } from '#functions/ports/model-registry';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import type { RecordedDecision, RollBackRequest } from '#schemas/events/decision';
import { type Decision, decisionSchema } from '#schemas/records/decision';
import { type Champion, championSchema } from '#schemas/records/run';

/** The dependencies of requesting a roll-back. */
export interface RollBackRequestPorts {
  readonly store: StateStore;
  readonly registry: Pick<ModelRegistry, 'read'>;
}

const ignore = (reason: string): RecordedDecision => ({ decision: 'ignore', reason });

const recorded = (pipeline: string, version: number, at: string, deploy: string): RecordedDecision => ({
  decision: 'recorded',
  pipeline,
  version,
  at,
  announce: true,
  deploy,
});

/** The result of an earlier attempt of the same request. By now another version may serve. */
async function recordedBefore({ store }: RollBackRequestPorts, pipeline: string, requestedAt: string) {
  const items = await store.list(pipeline, 'decision#');
  const own = items.find((item) => item['decision'] === 'rolled-back' && item['at'] === requestedAt);
  if (!own) return undefined;
  return recorded(pipeline, decisionSchema.parse(own).version, requestedAt, String(own['modelPackageArn']));
}

/** The newest version before the champion that served and is still approved. */
async function versionBefore({ store, registry }: RollBackRequestPorts, pipeline: string, champion: Champion) {
  const former = (await store.list(pipeline, deploymentKeys.formerChampion(''))).map((item) =>
    championSchema.parse(item),
  );
  for (const { modelPackageVersion: version, modelPackageArn } of former) {
    if (version >= champion.modelPackageVersion) continue;
    if ((await readStatus(registry, modelPackageArn))?.status === 'Approved') return version;
  }
  return undefined;
}

/** The package's state; undefined when there is none of that ARN. */
async function readStatus(registry: RollBackRequestPorts['registry'], arn: string) {
  try {
    return await registry.read(arn);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Records a person's decision to serve an earlier version again. It is then deployed and tested like any approved version, and
 * the model in service stays if the tests fail. The version that is left keeps its approval.
 *
 * Nothing is recorded when nothing is in service, the version serves already, does not exist or is not approved. A retry
 * returns the same result.
 */
export async function requestRollBack(
  ports: RollBackRequestPorts,
  { rollBack: { pipeline, version: wanted, by, reason }, requestedAt }: RollBackRequest,
): Promise<RecordedDecision> {
  const { store, registry } = ports;
  const own = await recordedBefore(ports, pipeline, requestedAt);
  if (own) return own;
  const item = await store.get(pipeline, deploymentKeys.champion);
  if (!item) return ignore(`pipeline ${pipeline} has no model in service`);
  const champion = championSchema.parse(item);
  const version = wanted ?? (await versionBefore(ports, pipeline, champion));
  if (version === undefined) {
    return ignore(
      `no version before ${champion.modelPackageVersion} of ${pipeline} has served and is still approved: name one, or approve it`,
    );
  }
  const modelPackageArn = champion.modelPackageArn.replace(/\d+$/, String(version));
  if (version === champion.modelPackageVersion) return ignore(`version ${version} of ${pipeline} serves already`);
  const found = await readStatus(registry, modelPackageArn);
  if (!found) return ignore(`${pipeline} has no version ${version}`);
  if (found.status !== 'Approved') {
    return ignore(
      `version ${version} of ${pipeline} is ${found.status ?? 'in no known state'}: approve it, and it is deployed`,
    );
  }
  const decided: Decision = {
    decision: 'rolled-back',
    version,
    at: requestedAt,
    from: champion.modelPackageVersion,
    ...(found.runId === undefined ? {} : { runId: found.runId }),
    ...(by ? { by } : {}),
    ...(reason ? { reason } : {}),
  };
  await store.put(pipeline, deploymentKeys.decision(version, requestedAt), { ...decided, modelPackageArn }, ifAbsent);
  return recorded(pipeline, version, requestedAt, modelPackageArn);
}
