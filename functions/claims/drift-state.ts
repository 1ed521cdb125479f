import { deploymentKeys } from '#domain/deployment/target';
import type { Busy, FormerVersion } from '#domain/drift/actions/drift-action';
import { rollBackOrder } from '#domain/registry/roll-back-target';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import { decisionSchema } from '#schemas/records/decision';
import { type Champion, championSchema } from '#schemas/records/run';

/** Runs that are looked through for a version that waits: more than were trained since any model went into service. */
const mostRuns = 100;

/** The last decision on a version; undefined while nobody has decided. */
async function lastDecision(store: StateStore, pipeline: string, version: number): Promise<string | undefined> {
  const decisions = (await store.list(pipeline, deploymentKeys.decisions(version)))
    .map((item) => decisionSchema.parse(item))
    .filter(({ decision }) => decision !== 'rolled-back');
  return decisions.toSorted((a, b) => b.changedAt.localeCompare(a.changedAt))[0]?.decision;
}

/** Whether a version waits for a person. */
async function waits(store: StateStore, pipeline: string, run: StateItem): Promise<boolean> {
  if (run['approval'] !== 'PendingManualApproval') return false;
  const decision = await lastDecision(store, pipeline, Number(run['modelPackageVersion']));
  return decision === undefined || decision === 'reopened';
}

/** What is under way in a pipeline that a retrain or a roll-back has to wait for. */
export async function readBusy(store: StateStore, pipeline: string, champion: Champion): Promise<Busy> {
  const lease = await store.get(pipeline, 'lease');
  const deploying =
    (await store.get(pipeline, deploymentKeys.lock)) ?? (await store.get(pipeline, deploymentKeys.challenge));
  const version = deploying?.['version'];
  const newer = (await store.list(pipeline, deploymentKeys.run(''), mostRuns)).filter(
    (run) => Number(run['modelPackageVersion'] ?? 0) > champion.modelPackageVersion,
  );
  let waiting: number | undefined;
  for (const run of newer) {
    if (waiting === undefined && (await waits(store, pipeline, run))) waiting = Number(run['modelPackageVersion']);
  }
  return {
    ...(lease ? { training: String(lease['runId']) } : {}),
    ...(typeof version === 'number' ? { deploying: version } : {}),
    ...(waiting === undefined ? {} : { waiting }),
  };
}

/** The version that served before the one in service; undefined where there is none. */
export async function readFormerVersion(
  store: StateStore,
  pipeline: string,
  champion: Champion,
): Promise<FormerVersion | undefined> {
  const former = (await store.list(pipeline, deploymentKeys.formerChampion(''))).map((item) =>
    championSchema.parse(item),
  );
  const [before] = rollBackOrder(former, champion);
  if (!before) return undefined;
  const { modelPackageVersion: version, runId } = before;
  const run = await store.get(pipeline, deploymentKeys.run(runId));
  const decision = await lastDecision(store, pipeline, version);
  return {
    version,
    runId,
    isApproved: (decision ?? (run?.['approval'] === 'Approved' ? 'approved' : '')) === 'approved',
  };
}
