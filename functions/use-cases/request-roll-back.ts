import { deploymentKeys } from '#domain/deployment/target';
import { describeRecorded } from '#domain/registry/decision';
import { rollBackOrder } from '#domain/registry/roll-back-target';
import type { ModelRegistry } from '#functions/ports/model-registry';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import type { RecordedDecision, RollBackRequest } from '#schemas/events/decision';
import { type Decision, decisionSchema } from '#schemas/records/decision';
import { type Champion, championSchema } from '#schemas/records/run';

/** The dependencies of requesting a roll-back. */
export interface RollBackRequestPorts {
  readonly store: StateStore;
  readonly registry: Pick<ModelRegistry, 'read'>;
}

const ignore = (reason: string): RecordedDecision => ({ decision: 'ignore', reason });

/** The result of an earlier attempt of the same request. By now another version may serve. */
async function recordedBefore({ store }: RollBackRequestPorts, pipeline: string, requestedAt: string) {
  const items = await store.list(pipeline, 'decision#');
  const own = items.find((item) => item['decision'] === 'rolled-back' && item['at'] === requestedAt);
  if (!own) return undefined;
  return describeRecorded(pipeline, decisionSchema.parse(own), String(own['modelPackageArn']));
}

/** The newest version that served and is still approved: one before the champion, if there is a champion. */
async function versionBefore(
  { registry }: RollBackRequestPorts,
  former: readonly Champion[],
  champion: Champion | undefined,
): Promise<number | undefined> {
  for (const { modelPackageVersion: version, modelPackageArn } of rollBackOrder(former, champion)) {
    if ((await ifThere(registry.read(modelPackageArn)))?.status === 'Approved') return version;
  }
  return undefined;
}

/**
 * Records a person's decision to serve an earlier version again. It is then deployed and tested like any approved version, and
 * the model in service stays if the tests fail. The version that is left keeps its approval.
 *
 * After a retirement was taken back, it serves the version that served last. Nothing is recorded when no version ever served, the
 * pipeline is retired, or the version serves already, does not exist or is not approved. An endpoint that was changed by hand goes
 * back to its champion when that is named. A retry returns the same result.
 */
export async function requestRollBack(
  ports: RollBackRequestPorts,
  { pipeline, version: wanted, by, reason, now, moved, requestedAt }: RollBackRequest,
): Promise<RecordedDecision> {
  const { store, registry } = ports;
  const own = await recordedBefore(ports, pipeline, requestedAt);
  if (own) return own;
  const retired = await store.get(pipeline, deploymentKeys.retired);
  if (retired) {
    return ignore(
      `pipeline ${pipeline} was retired on ${String(retired['at']).slice(0, 10)}; to take that back: npx tidegate retire ${pipeline} --undo`,
    );
  }
  const item = await store.get(pipeline, deploymentKeys.champion);
  const champion = item && championSchema.parse(item);
  const former = (await store.list(pipeline, deploymentKeys.formerChampion(''))).map((f) => championSchema.parse(f));
  const known = champion ?? former[0];
  if (!known) return ignore(`no model of pipeline ${pipeline} has served yet: approve one`);
  const version = wanted ?? (await versionBefore(ports, former, champion));
  if (version === undefined) {
    const which = champion ? `version before ${champion.modelPackageVersion}` : 'version';
    return ignore(`no ${which} of ${pipeline} has served and is still approved: name one, or approve it`);
  }
  const modelPackageArn = known.modelPackageArn.replace(/\d+$/, String(version));
  const leaves = champion?.modelPackageVersion === version ? undefined : champion?.modelPackageVersion;
  if (version === champion?.modelPackageVersion && moved !== true)
    return ignore(`version ${version} of ${pipeline} serves already`);
  const found = await ifThere(registry.read(modelPackageArn));
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
    changedAt: requestedAt,
    ...(leaves === undefined ? {} : { from: leaves }),
    ...(now ? { now } : {}),
    ...(found.runId === undefined ? {} : { runId: found.runId }),
    ...(by ? { by } : {}),
    ...(reason ? { reason } : {}),
  };
  await store.put(pipeline, deploymentKeys.decision(decided), { ...decided, modelPackageArn }, ifAbsent);
  return describeRecorded(pipeline, decided, modelPackageArn);
}
