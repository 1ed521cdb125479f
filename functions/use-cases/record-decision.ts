import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { decisionOfStatus, describeRecorded, isUnchanged } from '#domain/registry/decision';
import type { ModelRegistry } from '#functions/ports/model-registry';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import type { RecordedDecision, StatusChanged } from '#schemas/events/decision';
import { type Decision, decisionSchema } from '#schemas/records/decision';

/** The dependencies of recording a decision. */
export interface DecisionPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly registry: Pick<ModelRegistry, 'read'>;
}

const ignore = (reason: string): RecordedDecision => ({ decision: 'ignore', reason });

/**
 * Records who approved, rejected or reopened a model version, when and why, wherever it was decided: in the CLI, the SageMaker
 * console or with the SDK. Each decision is a new item, so the history stays. A repeated event records nothing twice.
 *
 * SageMaker reports identity and reason only for the latest change. If a later change followed before this ran, the event's
 * own status and time are recorded without them.
 */
export async function recordDecision(
  { stage, store, registry }: DecisionPorts,
  { modelPackageArn, status, eventTime }: StatusChanged,
): Promise<RecordedDecision> {
  const target = locatePackage(stage, modelPackageArn);
  if (!target) return ignore(`${modelPackageArn} belongs to no pipeline of stage ${stage}`);
  const { pipeline, version } = target;
  const found = await registry.read(modelPackageArn);
  const isLatest = found.status === status;
  const at = new Date(eventTime).toISOString();
  const decided: Decision = {
    decision: decisionOfStatus[status],
    version,
    at,
    changedAt: isLatest ? found.approvedAt : at,
    ...(found.runId === undefined ? {} : { runId: found.runId }),
    ...(isLatest && found.modifiedBy !== undefined ? { by: found.modifiedBy } : {}),
    ...(isLatest && found.reason !== undefined ? { reason: found.reason } : {}),
  };
  const key = deploymentKeys.decision(decided);
  const recorded = (await store.list(pipeline, deploymentKeys.decisions(version))).map((item) =>
    decisionSchema.parse(item),
  );
  const own = recorded.find((d) => deploymentKeys.decision(d) === key);
  if (!own && isUnchanged(decided, recorded, !isLatest)) {
    return ignore(`version ${version} of ${pipeline} is recorded as ${decided.decision} already`);
  }
  if (!own) await store.put(pipeline, key, decided, ifAbsent);
  return describeRecorded(pipeline, own ?? decided, null);
}
