import type * as z from 'zod';
import { directHolds } from '#domain/retention/holds';
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

/** The endpoint configs that are in use now, or why the run is, which the plan could not know. */
async function lookAgain(
  ports: RemovalPorts,
  { pipeline, runId }: PlannedRemoval,
): Promise<{ readonly live: ReadonlySet<string>; readonly heldBecause: string | undefined }> {
  const references = await readReferences(ports, pipeline);
  const hold = directHolds(references).get(runId);
  // its rows and unused configs may go though the next drop is compared with its records
  const holds = hold?.of === 'whole';
  return { live: new Set(references.liveConfigs), heldBecause: holds ? hold.reason : undefined };
}

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
async function remove(ports: RemovalPorts, removal: PlannedRemoval): Promise<string | undefined> {
  const { store, endpoints, resources, artifacts, clean } = ports;
  const { pipeline, runId } = removal;
  const run = { pipeline, runId };
  const before = await lookAgain(ports, removal);
  if (before.heldBecause !== undefined) return before.heldBecause;
  const decided = await removeVersions(ports, removal);
  if (decided !== undefined) return decided;
  const { live, heldBecause } = removal.versions.length > 0 ? await lookAgain(ports, removal) : before;
  if (heldBecause !== undefined) return heldBecause;
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
 * Carries out one batch of a plan and records it. It looks again before each run whether something has come to use it. A retry goes on
 * where the attempt before ended.
 */
export async function removeUnused(
  ports: RemovalPorts,
  { planKey, batch }: z.output<typeof removeUnusedSchema>,
): Promise<RemovedCounts> {
  const plan = await ports.plans.readJson(planKey, cleanUpPlanSchema);
  const own = plan.removals.slice(batch * batchSize, (batch + 1) * batchSize);
  const removed: PlannedRemoval[] = [];
  const runs: RemovedRecord['runs'] = [];
  for (const removal of own) {
    const keptBecause = await remove(ports, removal);
    if (keptBecause === undefined) removed.push(removal);
    const { pipeline, runId } = removal;
    runs.push({ pipeline, runId, ...(keptBecause === undefined ? {} : { keptBecause }) });
  }
  const counts = countsOf(removed, own.length - removed.length);
  await ports.plans.writeJson(removedKey(planKey, batch), { counts, runs } satisfies RemovedRecord);
  return counts;
}
