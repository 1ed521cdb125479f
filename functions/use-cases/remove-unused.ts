import type * as z from 'zod';
import { directHolds } from '#domain/retention/holds';
import type { References } from '#domain/retention/inventory';
import { batchSize, removedKey } from '#domain/retention/layout';
import { type ReferencePorts, readReferences } from '#functions/claims/retention-references';
import type { Endpoints } from '#functions/ports/endpoints';
import type { ModelPackages } from '#functions/ports/model-packages';
import type { ModelRegistry } from '#functions/ports/model-registry';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RunFolders } from '#functions/ports/run-folders';
import type { StageResources } from '#functions/ports/stage-resources';
import type { StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import type { removeUnusedSchema } from '#schemas/events/clean-up';
import {
  cleanUpPlanSchema,
  type PlannedRemoval,
  type RemovedCounts,
  type RemovedRecord,
} from '#schemas/records/clean-up';

/** The dependencies of deleting what a plan has. */
export interface RemovalPorts extends ReferencePorts {
  readonly plans: Pick<ObjectStore, 'readJson' | 'writeJson'>;
  readonly store: Pick<StateStore, 'get' | 'list' | 'remove'>;
  readonly endpoints: Pick<Endpoints, 'read' | 'removeConfig'>;
  readonly resources: Pick<StageResources, 'removeModel'>;
  readonly registry: Pick<ModelRegistry, 'read'>;
  readonly packages: Pick<ModelPackages, 'remove'>;
  readonly artifacts: Pick<RunFolders, 'erase'>;
  readonly clean: Pick<RunFolders, 'erase'>;
}

/** Reads what refers to the runs of a pipeline. */
type Look = (pipeline: string) => Promise<References>;

/** Why a run is in use, which the plan could not know. Its rows and unused configs go though the next drop is compared with its records. */
function heldBy(references: References, { runId }: PlannedRemoval): string | undefined {
  const hold = directHolds(references).get(runId);
  return hold?.of === 'whole' ? hold.reason : undefined;
}

/** Whether a run may have come into use: one without a version and a model can be neither approved nor deployed. */
const mayServe = ({ versions, models, endpointConfigs }: PlannedRemoval): boolean =>
  versions.length + models.length + endpointConfigs.length > 0;

/** Deletes the model packages of a removal. @returns why none is deleted, if one was decided on since the plan */
async function removeVersions({ registry, packages }: RemovalPorts, { versions }: PlannedRemoval) {
  for (const { version, modelPackageArn, approval } of versions) {
    const status = (await ifThere(registry.read(modelPackageArn)))?.status;
    if (status !== undefined && status !== approval) return `version ${version} is ${status} by now`;
  }
  for (const { modelPackageArn } of versions) await packages.remove(modelPackageArn);
  return undefined;
}

/**
 * Deletes what goes of one run. Killed anywhere, what is left refers to nothing that is gone: whatever is deployed or rolled back to
 * reads the model package first, and that goes first. A deployment that read it just before has taken its claim by the time this looks
 * for claims again.
 *
 * @returns why the run is kept, if it came into use since the plan
 */
async function remove(ports: RemovalPorts, removal: PlannedRemoval, look: Look): Promise<string | undefined> {
  const { store, endpoints, resources, artifacts, clean } = ports;
  const { pipeline, runId } = removal;
  const run = { pipeline, runId };
  let references = await look(pipeline);
  const before = heldBy(references, removal);
  if (before !== undefined) return before;
  const decided = await removeVersions(ports, removal);
  if (decided !== undefined) return decided;
  if (removal.versions.length > 0) references = await look(pipeline);
  const after = heldBy(references, removal);
  if (after !== undefined) return after;
  const live = new Set(references.liveConfigs);
  for (const name of removal.endpointConfigs) if (!live.has(name)) await endpoints.removeConfig(name);
  for (const name of removal.models) await resources.removeModel(name);
  if (removal.rows) await clean.erase(run);
  if (removal.records) await artifacts.erase(run);
  for (const sk of removal.items) await store.remove(pipeline, sk);
  return undefined;
}

/** What removals come to, by the plan: a retry, which finds less, tells the same. */
const countsOf = (removed: readonly PlannedRemoval[], kept: number): RemovedCounts => {
  const sum = (of: (removal: PlannedRemoval) => number) => removed.reduce((total, one) => total + of(one), 0);
  return {
    runs: removed.length,
    versions: sum(({ versions }) => versions.length),
    endpointConfigs: sum(({ endpointConfigs }) => endpointConfigs.length),
    models: sum(({ models }) => models.length),
    objects: sum(({ objects }) => objects),
    bytes: sum(({ bytes }) => bytes),
    items: sum(({ items }) => items.length),
    kept,
  };
};

/**
 * Carries out one batch of a plan and records it. It looks again whether something has come to use a run: at the beginning, and right before
 * each run that may serve. A retry goes on where the attempt before ended.
 */
export async function removeUnused(
  ports: RemovalPorts,
  { planKey, batch }: z.output<typeof removeUnusedSchema>,
): Promise<RemovedCounts> {
  const plan = await ports.plans.readJson(planKey, cleanUpPlanSchema);
  const own = plan.removals.slice(batch * batchSize, (batch + 1) * batchSize);
  const removed: PlannedRemoval[] = [];
  const runs: RemovedRecord['runs'] = [];
  const looks = new Map<string, Promise<References>>();
  const lookOnce: Look = (pipeline) => {
    const look = looks.get(pipeline) ?? readReferences(ports, pipeline);
    looks.set(pipeline, look);
    return look;
  };
  const lookAgain: Look = (pipeline) => readReferences(ports, pipeline);
  for (const removal of own) {
    const keptBecause = await remove(ports, removal, mayServe(removal) ? lookAgain : lookOnce);
    if (keptBecause === undefined) removed.push(removal);
    const { pipeline, runId } = removal;
    runs.push({ pipeline, runId, ...(keptBecause === undefined ? {} : { keptBecause }) });
  }
  const counts = countsOf(removed, own.length - removed.length);
  await ports.plans.writeJson(removedKey(planKey, batch), { counts, runs } satisfies RemovedRecord);
  return counts;
}
