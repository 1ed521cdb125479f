import type * as z from 'zod';
import { decideRetention } from '#domain/retention/decide';
import { batchSize, cleanUpPlanKey, mostRemovals } from '#domain/retention/layout';
import type { RetentionSettings } from '#domain/retention/settings';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RunFolders } from '#functions/ports/run-folders';
import { type InventoryPorts, readInventory } from '#functions/use-cases/retention-inventory';
import type { PlannedCleanUp, planCleanUpSchema } from '#schemas/events/clean-up';
import type { CleanUpPlan, PlannedRemoval, Removal } from '#schemas/records/clean-up';

/** The dependencies of planning a clean-up. */
export interface PlanningPorts extends InventoryPorts {
  /** Names of the deployed pipelines. */
  readonly pipelines: readonly string[];
  /** @throws UnknownPipelineError when none has the name */
  readonly readRetention: (pipeline: string) => RetentionSettings;
  readonly artifacts: Pick<RunFolders, 'list' | 'measure'>;
  readonly clean: Pick<RunFolders, 'list' | 'measure'>;
  readonly plans: Pick<ObjectStore, 'writeJson'>;
}

/** A removal with what lies in the buckets of it. */
async function measure(
  { artifacts, clean }: PlanningPorts,
  pipeline: string,
  removal: Removal,
): Promise<PlannedRemoval> {
  const run = { pipeline, runId: removal.runId };
  let [objects, bytes] = [0, 0];
  for (const [goes, folders] of [[removal.rows, clean] as const, [removal.records, artifacts] as const]) {
    if (!goes) continue;
    const held = await folders.measure(run);
    objects += held.objects;
    bytes += held.bytes;
  }
  return { ...removal, pipeline, objects, bytes };
}

/**
 * Writes what a clean-up is going to delete, and why, and what it keeps. A retry writes the plan anew under the same key; nothing has been
 * deleted by then.
 *
 * @throws UnknownPipelineError when the pipeline that is named is not deployed
 */
export async function planCleanUp(
  ports: PlanningPorts,
  { pipeline, dryRun, executionArn, startedAt }: z.output<typeof planCleanUpSchema>,
): Promise<PlannedCleanUp> {
  const removals: PlannedRemoval[] = [];
  const kept: { pipeline: string; runId: string; reason: string }[] = [];
  let left = 0;
  for (const name of pipeline ? [pipeline] : ports.pipelines) {
    const settings = ports.readRetention(name);
    const decided = decideRetention(await readInventory(ports, name), settings, startedAt);
    kept.push(...decided.kept.map((one) => ({ pipeline: name, ...one })));
    const room = decided.removals.slice(0, mostRemovals - removals.length);
    for (const removal of room) removals.push(await measure(ports, name, removal));
    left += decided.removals.length - room.length;
  }
  const plan: CleanUpPlan = { at: startedAt, dryRun, removals, kept, left };
  const planKey = cleanUpPlanKey(startedAt, executionArn);
  await ports.plans.writeJson(planKey, plan);
  const batches = dryRun ? 0 : Math.ceil(removals.length / batchSize);
  const pipelines = [...new Set(removals.map((removal) => removal.pipeline))];
  return {
    planKey,
    dryRun,
    pipelines,
    removals: removals.length,
    left,
    batches: Array.from({ length: batches }, (_, i) => i),
  };
}
