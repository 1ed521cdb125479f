import { deploymentKeys, locatePackage } from '#domain/deployment/target';
import { approvalKeys } from '#domain/registry/approval-keys';
import { decisionOfStatus, describeRecorded, isUnchanged } from '#domain/registry/decision';
import type { ApprovalLog } from '#functions/ports/approval-log';
import type { ModelRegistry } from '#functions/ports/model-registry';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import type { RecordedDecision, StatusChanged } from '#schemas/events/decision';
import { approvalClaimSchema } from '#schemas/records/approval';
import { type Decision, decisionSchema } from '#schemas/records/decision';

/** The dependencies of recording a decision. */
export interface DecisionPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly registry: Pick<ModelRegistry, 'read'>;
  readonly log: ApprovalLog;
}

/** Decide changes packages for persons: who asked it is in its claim. Lambda names a function's session after the function. */
const isDecide = (stage: string, modifiedBy: string | undefined): boolean =>
  modifiedBy?.endsWith(`/tidegate-${stage}-decide`) === true;

/** Who asked Decide for a status. */
async function whoAsked(store: StateStore, pipeline: string, version: number, status: string) {
  const claims = await store.list(pipeline, approvalKeys.claims(version));
  return claims.map((item) => approvalClaimSchema.parse(item)).find((claim) => claim.status === status)?.by;
}

const actionOf = { Approved: 'approve', Rejected: 'reject', PendingManualApproval: 'reopen' } as const;

const ignore = (reason: string): RecordedDecision => ({ decision: 'ignore', reason });

/**
 * Records who approved, rejected or reopened a model version, when and why, wherever it was decided: in the CLI, the SageMaker
 * console or with the SDK. Each decision is a new item, so the history stays. A repeated event records nothing twice.
 *
 * SageMaker reports identity and reason only for the latest change. If a later change followed before this ran, the event's
 * own status and time are recorded without them.
 */
export async function recordDecision(
  { stage, store, registry, log }: DecisionPorts,
  { modelPackageArn, status, eventTime }: StatusChanged,
): Promise<RecordedDecision> {
  const target = locatePackage(stage, modelPackageArn);
  if (!target) return ignore(`${modelPackageArn} belongs to no pipeline of stage ${stage}`);
  const { pipeline, version } = target;
  const found = await registry.read(modelPackageArn);
  const isLatest = found.status === status;
  const at = new Date(eventTime).toISOString();
  const asked = isLatest && isDecide(stage, found.modifiedBy);
  const by = asked ? await whoAsked(store, pipeline, version, status) : found.modifiedBy;
  const decided: Decision = {
    decision: decisionOfStatus[status],
    version,
    at,
    changedAt: isLatest ? found.approvedAt : at,
    ...(found.runId === undefined ? {} : { runId: found.runId }),
    ...(isLatest && by !== undefined ? { by } : {}),
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
  if (!asked) {
    const action = actionOf[status];
    await log.append(pipeline, `${action}-${version}`, {
      ...{ at, action, version, via: 'registry', outcome: 'decided' },
      ...(decided.by === undefined ? {} : { by: decided.by }),
    });
  }
  return describeRecorded(pipeline, own ?? decided, null);
}
